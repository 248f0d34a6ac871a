//! What a newer list of districts changes: keys that began, ended, or are called or are something else now.
//!
//! Invariants:
//! - The past stays: on every day before the file's the catalogue says what it said before. What the file no longer has
//!   ended on the day before the file's; what is new or other begins on the file's day.
//! - A key that ends without a successor is asked about: a file that was cut off looks the same. Nothing may be stored
//!   ([`Renewal::check_answered`]) until it is said who took over, or that nobody did.
//! - A list of a day to come is none: every later one would be older than it.
//! - Boroughs are none of the file's and stay as they are; local municipalities follow from their district.
//! - Renewing by the same file again changes nothing.

use std::collections::BTreeMap;

use serde_json::json;
use time::Date;

use super::district_file::{DistrictFile, ListedDistrict};
use super::{Catalogue, Entry, EntryKind, Municipality, MunicipalityKind};

/// What a list of districts changes in a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The day from which it holds.
    pub day: Date,
    /// How many districts and independent cities the file has.
    pub listed: usize,
    /// What there was to say, in the order of the keys.
    pub changes: Vec<Change>,
    /// The keys that end without a word about who took over, and what they were.
    pub unanswered: BTreeMap<String, ListedDistrict>,
    /// Versions whose validity ends; the last valid day and the successor are the new ones.
    pub closed: Vec<Entry>,
    /// Versions that are added.
    pub added: Vec<Entry>,
}

/// What happened to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Began {
        /// The key.
        key: String,
        /// What it is now.
        now: ListedDistrict,
    },
    /// It is gone.
    Ended {
        /// The key.
        key: String,
        /// What it was.
        was: ListedDistrict,
        /// The key that took over, if one did and it is known.
        successor: Option<String>,
    },
    /// It has another name or is something else.
    Altered {
        /// The key.
        key: String,
        /// What it was.
        was: ListedDistrict,
        /// What it is now.
        now: ListedDistrict,
    },
    /// It was gone before; who took over is known now.
    Succeeded {
        /// The key.
        key: String,
        /// The key that took over.
        successor: String,
    },
}

/// Why a list of districts cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewalFault {
    /// The file is about a day to come.
    #[error(
        "the file is about {file}, and today is {today}: a list of a day to come is not taken over"
    )]
    Future {
        /// The file's day.
        file: Date,
        /// Today.
        today: Date,
    },
    /// Keys end, and nobody said who took over.
    #[error(
        "nothing is stored before it is said who took over from each key that ended; if one did not end, the file is not whole:\n{}",
        questions(.0)
    )]
    Unanswered(BTreeMap<String, ListedDistrict>),
    /// The catalogue knows of later changes.
    #[error("the file is about {file}, but the catalogue knows of changes on {known} already")]
    Older {
        /// The file's day.
        file: Date,
        /// The day of the newest change.
        known: Date,
    },
    /// What the catalogue says from the file's day on contradicts the file: another one of the same day was taken over.
    #[error(
        "{key} began on the file's own day and is another one in it: another file of that day was taken over"
    )]
    SameDay {
        /// The key.
        key: String,
    },
    /// A successor was given for a key that has not ended.
    #[error("{key} has not ended, so it has no successor")]
    NotEnded {
        /// The key.
        key: String,
    },
    /// Another successor is known already.
    #[error("the successor of {key} is {known} already")]
    OtherSuccessor {
        /// The key.
        key: String,
        /// The successor that is known.
        known: String,
    },
    /// The successor is not in the file.
    #[error("{successor}, given as the successor of {key}, is not in the file")]
    UnknownSuccessor {
        /// The key.
        key: String,
        /// The successor that was given.
        successor: String,
    },
}

/// Each key with the two answers there are.
fn questions(unanswered: &BTreeMap<String, ListedDistrict>) -> String {
    let questions = unanswered.iter().map(|(key, was)| {
        format!(
            "{key} {was}: --successor {key}=NEW, or if nobody took over --ended-without-successor {key}"
        )
    });
    questions.collect::<Vec<_>>().join("\n")
}

impl Renewal {
    /// Nothing ends without a word about who took over; else it may not be stored.
    ///
    /// # Errors
    /// [`RenewalFault::Unanswered`] names each key with what is to be said of it.
    pub fn check_answered(&self) -> Result<(), RenewalFault> {
        if self.unanswered.is_empty() {
            Ok(())
        } else {
            Err(RenewalFault::Unanswered(self.unanswered.clone()))
        }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl Catalogue {
    /// What the file changes; `successors` are keys that took over, by the keys that ended: none where nobody did.
    ///
    /// # Errors
    /// [`RenewalFault`] if file, catalogue, successors and `today` do not go together.
    pub fn renewal(
        &self,
        file: &DistrictFile,
        successors: &BTreeMap<String, Option<String>>,
        today: Date,
    ) -> Result<Renewal, RenewalFault> {
        self.check_age(file.day, today)?;
        let mut renewal = Renewal {
            day: file.day,
            listed: file.districts.len(),
            changes: Vec::new(),
            unanswered: BTreeMap::new(),
            closed: Vec::new(),
            added: Vec::new(),
        };
        let before = self.districts_on(file.day);
        let mut keys: Vec<_> = before.keys().chain(file.districts.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (was, now) = (before.get(key), file.districts.get(key));
            let given = successors.get(key);
            let change = match (was, now) {
                (None, Some(now)) => Change::Began {
                    key: key.clone(),
                    now: now.clone(),
                },
                (Some(was), None) => {
                    if given.is_none() {
                        renewal.unanswered.insert(key.clone(), was.clone());
                    }
                    Change::Ended {
                        key: key.clone(),
                        was: was.clone(),
                        successor: given.cloned().flatten(),
                    }
                }
                (Some(was), Some(now)) if was != now => Change::Altered {
                    key: key.clone(),
                    was: was.clone(),
                    now: now.clone(),
                },
                (Some(_), Some(_)) | (None, None) => continue,
            };
            if was.is_some() {
                self.close(key, given.and_then(Option::as_ref), &mut renewal)?;
            }
            if let Some(now) = now {
                renewal.added.push(self.next_version(key, now, file.day));
            }
            renewal.changes.push(change);
        }
        for (key, successor) in successors {
            self.succeed(key, successor.as_ref(), file, &mut renewal)?;
        }
        Ok(renewal)
    }

    /// The file may not be about a day before the newest change, nor about one to come.
    fn check_age(&self, file: Date, today: Date) -> Result<(), RenewalFault> {
        if file > today {
            return Err(RenewalFault::Future { file, today });
        }
        let listed = self.municipalities.versions().map(|(_, one)| one);
        let listed = listed.filter(|one| one.kind != MunicipalityKind::Borough);
        let known = listed.flat_map(|one| {
            let gone = one.valid_to.and_then(Date::next_day);
            one.valid_from.into_iter().chain(gone)
        });
        match known.max() {
            Some(known) if file < known => Err(RenewalFault::Older { file, known }),
            Some(_) | None => Ok(()),
        }
    }

    fn districts_on(&self, day: Date) -> BTreeMap<String, ListedDistrict> {
        let listed = self.municipalities_on(Some(day));
        let listed = listed.filter(|one| one.kind != MunicipalityKind::Borough);
        listed
            .map(|one| {
                let (name, kind) = (one.name.clone(), one.kind);
                (one.key.clone(), ListedDistrict { name, kind })
            })
            .collect()
    }

    /// Ends every version of the key that has not ended on the day before the file's.
    fn close(
        &self,
        key: &str,
        successor: Option<&String>,
        renewal: &mut Renewal,
    ) -> Result<(), RenewalFault> {
        let same_day = || RenewalFault::SameDay {
            key: key.to_owned(),
        };
        let last = renewal.day.previous_day().ok_or_else(same_day)?;
        for (version, one) in self.municipalities.versions_of(key) {
            if one.valid_to.is_some() {
                continue;
            }
            if one.valid_from.is_some_and(|from| from > last) {
                return Err(same_day());
            }
            renewal.closed.push(entry(
                version,
                &Municipality {
                    valid_to: Some(last),
                    successor: successor.cloned(),
                    ..one.clone()
                },
            ));
        }
        Ok(())
    }

    fn next_version(&self, key: &str, now: &ListedDistrict, day: Date) -> Entry {
        let versions = self.municipalities.versions_of(key);
        let newest = versions.map(|(version, _)| version).max().unwrap_or(0);
        let municipality = Municipality {
            key: key.to_owned(),
            name: now.name.clone(),
            kind: now.kind,
            land: key.chars().take(2).collect(),
            valid_from: Some(day),
            valid_to: None,
            successor: None,
        };
        entry(newest + 1, &municipality)
    }

    /// Takes over what was said of a key that ends by this file or ended before: its successor, or that it has none.
    fn succeed(
        &self,
        key: &str,
        successor: Option<&String>,
        file: &DistrictFile,
        renewal: &mut Renewal,
    ) -> Result<(), RenewalFault> {
        if let Some(successor) = successor
            && !file.districts.contains_key(successor)
        {
            return Err(RenewalFault::UnknownSuccessor {
                key: key.to_owned(),
                successor: successor.to_owned(),
            });
        }
        let mut ended = renewal.changes.iter();
        if ended.any(|change| matches!(change, Change::Ended { key: ended, .. } if ended == key)) {
            return Ok(());
        }
        let newest = self.municipalities.versions_of(key).last();
        let newest = newest.filter(|(_, one)| one.valid_to.is_some());
        let Some((version, one)) = newest.filter(|_| !file.districts.contains_key(key)) else {
            return Err(RenewalFault::NotEnded {
                key: key.to_owned(),
            });
        };
        match (&one.successor, successor) {
            (None, None) => {}
            (Some(known), Some(successor)) if known == successor => {}
            (Some(known), _) => {
                return Err(RenewalFault::OtherSuccessor {
                    key: key.to_owned(),
                    known: known.clone(),
                });
            }
            (None, Some(successor)) => {
                let (key, successor) = (key.to_owned(), successor.to_owned());
                let succeeded = Municipality {
                    successor: Some(successor.clone()),
                    ..one.clone()
                };
                renewal.closed.push(entry(version, &succeeded));
                renewal.changes.push(Change::Succeeded { key, successor });
            }
        }
        Ok(())
    }
}

/// The municipality as it is stored.
fn entry(version: u32, municipality: &Municipality) -> Entry {
    let mut body = json!({
        "name": municipality.name,
        "kind": municipality.kind,
        "land": municipality.land,
    });
    if let Some(successor) = &municipality.successor {
        body["successor"] = json!(successor);
    }
    Entry {
        kind: EntryKind::Municipality,
        code: municipality.key.clone(),
        version,
        valid_from: municipality.valid_from,
        valid_to: municipality.valid_to,
        body,
    }
}

#[cfg(test)]
mod tests;
