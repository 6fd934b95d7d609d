//! File transfers: offered to contacts and groups, taken from status to status, in steps that are allowed or not.

use privatus_domain::{
    FileHash, FileName, FileSize, NewTransfer, Permission, ResourceKind, TransferDirection, TransferFilter,
    TransferId, TransferPeer, TransferStatus,
};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::step::some_of;
use crate::machine::world::{GROUPS, PEOPLE, contact_id, group_id};

/// The highest number of transfers.
const IDS: u8 = 5;

/// A contact or, after all contacts, a group.
type Peer = usize;

#[derive(Debug, Clone)]
pub(crate) enum TransferStep {
    Offer { id: u8, peer: Peer, inbound: bool },
    Step { id: u8, to: TransferStatus },
    Progress { id: u8, percent: i64 },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transfer {
    id: u8,
    offered: i64,
    peer: Option<Peer>,
    inbound: bool,
    status: TransferStatus,
    progress: u8,
}

pub(crate) fn steps(model: &Model) -> BoxedStrategy<TransferStep> {
    let contacts = model.people.keys().copied();
    let groups = model.groups.keys().map(|group| PEOPLE.len() + group);
    let peer = some_of(contacts.chain(groups), 0..PEOPLE.len() + GROUPS.len());
    let status = prop::sample::select(TransferStatus::ALL.to_vec());
    let id = || some_of(model.transfers.keys().copied(), 0..IDS);
    let under_way = model
        .transfers
        .iter()
        .filter(|(_, transfer)| transfer.status == TransferStatus::Active);
    let under_way: Vec<(u8, u8)> = under_way.map(|(id, transfer)| (*id, transfer.progress)).collect();
    let percent = prop_oneof![4 => 0..100_i64, 1 => prop::sample::select(vec![-1, 100, 101])];
    let progress = if under_way.is_empty() {
        (id(), percent).boxed()
    } else {
        let near = (prop::sample::select(under_way), -10..20_i64);
        let near = near.prop_map(|((id, at), more)| (id, i64::from(at) + more));
        prop_oneof![4 => near, 1 => (id(), percent)].boxed()
    };
    prop_oneof![
        2 => (0..IDS, peer, any::<bool>()).prop_map(|(id, peer, inbound)| TransferStep::Offer { id, peer, inbound }),
        5 => (id(), prop_oneof![1 => Just(TransferStatus::Active), 1 => status])
            .prop_map(|(id, to)| TransferStep::Step { id, to }),
        6 => progress.prop_map(|(id, percent)| TransferStep::Progress { id, percent }),
    ]
    .boxed()
}

fn transfer_id(id: u8) -> TransferId {
    format!("transfer {id}").parse().unwrap()
}

fn peer_of(peer: Peer) -> TransferPeer {
    match peer.checked_sub(PEOPLE.len()) {
        None => TransferPeer::Contact(contact_id(peer)),
        Some(group) => TransferPeer::Group(group_id(group)),
    }
}

fn name_of(id: u8) -> String {
    format!("file {id}.txt")
}

impl TransferStep {
    const fn id(&self) -> u8 {
        match self {
            Self::Offer { id, .. } | Self::Step { id, .. } | Self::Progress { id, .. } => *id,
        }
    }

    /// Who offers a file sees to whom.
    pub(crate) fn needs(&self) -> Vec<Need> {
        let id = transfer_id(self.id()).to_string();
        let mut needs = vec![(ResourceKind::Transfer, id, Permission::Write)];
        if let Self::Offer { peer, .. } = self {
            needs.push(match peer.checked_sub(PEOPLE.len()) {
                None => (ResourceKind::Contact, PEOPLE[*peer].to_owned(), Permission::Read),
                Some(group) => (ResourceKind::Group, GROUPS[group].to_owned(), Permission::Read),
            });
        }
        needs
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let id = transfer_id(self.id());
        match self {
            Self::Offer {
                id: number,
                peer,
                inbound,
            } => {
                let new = NewTransfer {
                    id,
                    file_name: FileName::new(&name_of(*number))?,
                    size: FileSize::new(*number)?,
                    hash: FileHash::new(&[*number; 32])?,
                    direction: direction(*inbound),
                    peer: peer_of(*peer),
                };
                tx.transfer_create(&new)
            }
            Self::Step { to, .. } => tx.transfer_step(&id, *to, None).map(drop),
            Self::Progress { percent, .. } => tx.transfer_progress(&id, *percent).map(drop),
        }
    }
}

const fn direction(inbound: bool) -> TransferDirection {
    if inbound {
        TransferDirection::Inbound
    } else {
        TransferDirection::Outbound
    }
}

impl Transfer {
    pub(crate) fn contact_goes(&mut self, who: usize) {
        self.peer = self.peer.filter(|peer| *peer != who);
    }

    /// The process that ran it died.
    pub(crate) fn nobody_runs_it(&mut self) {
        if self.status == TransferStatus::Active {
            self.status = TransferStatus::Paused;
        }
    }

    pub(crate) fn group_goes(&mut self, group: usize) {
        self.contact_goes(PEOPLE.len() + group);
    }
}

/// The specification's machine, written out once more.
fn may_become(from: TransferStatus, to: TransferStatus) -> bool {
    use TransferStatus::{Active, Cancelled, Completed, Failed, Paused, Pending};
    if Bug::TransferStepNotChecked.is_planted() {
        return true;
    }
    match from {
        Pending => matches!(to, Active | Cancelled),
        Active => matches!(to, Paused | Completed | Failed | Cancelled),
        Paused => matches!(to, Active | Completed | Failed | Cancelled),
        Failed => to == Pending,
        Completed | Cancelled => false,
    }
}

impl Model {
    pub(crate) fn transfer(&mut self, step: &TransferStep) -> Outcome {
        if let TransferStep::Offer { id, peer, inbound } = step {
            let is_there = match peer.checked_sub(PEOPLE.len()) {
                None => self.people.contains_key(peer),
                Some(group) => self.groups.contains_key(&group),
            };
            if !is_there {
                return Outcome::NotFound;
            }
            if *inbound && self.is_blocked(*peer) {
                return Outcome::Refused;
            }
            if self.transfers.contains_key(id) {
                return Outcome::Refused;
            }
            let new = Transfer {
                id: *id,
                offered: self.now,
                peer: Some(*peer),
                inbound: *inbound,
                status: TransferStatus::Pending,
                progress: 0,
            };
            self.transfers.insert(*id, new);
            return Outcome::Done;
        }
        let Some(transfer) = self.transfers.get_mut(&step.id()) else {
            return Outcome::NotFound;
        };
        let is_allowed = match step {
            TransferStep::Offer { .. } => true,
            TransferStep::Step { to, .. } => {
                let is_allowed = may_become(transfer.status, *to);
                if is_allowed {
                    transfer.status = *to;
                    transfer.progress = match to {
                        TransferStatus::Completed => 100,
                        TransferStatus::Pending => 0,
                        _ => transfer.progress,
                    };
                }
                is_allowed
            }
            TransferStep::Progress { percent, .. } => {
                let least = if Bug::ProgressBackwards.is_planted() {
                    0
                } else {
                    i64::from(transfer.progress)
                };
                let is_allowed = transfer.status == TransferStatus::Active && (least..100).contains(percent);
                if is_allowed {
                    transfer.progress = u8::try_from(*percent).unwrap();
                }
                is_allowed
            }
        };
        if is_allowed {
            Outcome::Done
        } else {
            Outcome::Refused
        }
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let seen = |transfer: &privatus_domain::Transfer| {
        let contact = transfer.contact.as_ref().map(ToString::to_string);
        let contact = contact.and_then(|id| PEOPLE.iter().position(|name| *name == id));
        let group = transfer.group.as_ref().map(ToString::to_string);
        let group = group.and_then(|id| GROUPS.iter().position(|name| *name == id));
        Transfer {
            id: (0..IDS).find(|id| transfer_id(*id) == transfer.id).unwrap(),
            offered: transfer.created_at.unix_ms(),
            peer: contact.or(group.map(|group| PEOPLE.len() + group)),
            inbound: transfer.direction == TransferDirection::Inbound,
            status: transfer.state.status(),
            progress: transfer.state.progress(),
        }
    };
    // Page by page.
    let list = |filter: &TransferFilter| {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let page = store.read(|tx| tx.transfers(filter, before.as_ref(), 2)).unwrap();
            before = page.transfers.last().map(|last| last.id.clone());
            all.extend(page.transfers.iter().map(seen));
            if !page.has_older {
                return all;
            }
        }
    };
    // Newest first.
    let expected = |wanted: &dyn Fn(&Transfer) -> bool| {
        let mut known: Vec<Transfer> = model
            .transfers
            .values()
            .filter(|transfer| wanted(transfer))
            .cloned()
            .collect();
        known.sort_by_key(|transfer| std::cmp::Reverse(transfer.offered));
        known
    };
    assert_eq!(
        list(&TransferFilter::default()),
        expected(&|_| true),
        "the transfers"
    );
    for status in TransferStatus::ALL {
        let filter = TransferFilter {
            status: Some(status),
            peer: None,
        };
        assert_eq!(
            list(&filter),
            expected(&|transfer| transfer.status == status),
            "{status} transfers"
        );
    }
    for peer in 0..PEOPLE.len() + GROUPS.len() {
        let filter = TransferFilter {
            status: None,
            peer: Some(peer_of(peer)),
        };
        assert_eq!(
            list(&filter),
            expected(&|transfer| transfer.peer == Some(peer)),
            "transfers of {peer}"
        );
    }
    for id in model.transfers.keys() {
        let transfer = store.read(|tx| tx.transfer_by_id(&transfer_id(*id))).unwrap();
        assert_eq!(transfer.file_name, name_of(*id));
        assert_eq!(
            (transfer.hash.as_slice(), transfer.size.get()),
            ([*id; 32].as_slice(), i64::from(*id))
        );
    }
}
