DROP TABLE vault_state;
