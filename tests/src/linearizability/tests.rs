//! Histories by hand: those that a case can have, and those that show what is wrong.

use super::*;

fn operation(sent: u64, answered: u64, answer: Answered) -> Operation {
    Operation {
        sent: Duration::from_millis(sent),
        answered: Duration::from_millis(answered),
        answer,
    }
}

/// A read that saw these needs, and nothing else.
fn read(sent: u64, answered: u64, needs: &[u32]) -> Operation {
    let seen = register(needs, 0);
    operation(sent, answered, Answered::Read(seen))
}

fn register(needs: &[u32], contacts: u64) -> Register {
    Register {
        version: 1 + needs.len() as u64 + contacts,
        needs: needs.to_vec(),
        contacts,
    }
}

fn need(sent: u64, answered: u64, command: u32, on: u64) -> Operation {
    done(sent, answered, (command, Some(on), on + 1), false)
}

fn done(
    sent: u64,
    answered: u64,
    (command, on, version): (u32, Option<u64>, u64),
    replayed: bool,
) -> Operation {
    let answer = Answered::Done {
        command,
        on,
        version,
        replayed,
    };
    operation(sent, answered, answer)
}

fn stale(sent: u64, answered: u64, on: u64, current: u64) -> Operation {
    operation(sent, answered, Answered::Stale { on, current })
}

fn verdict(history: &[Operation]) -> Result<(), NoOrder> {
    let opened = register(&[], 0);
    let forwards = check(opened.clone(), history);
    // The order in which requests are written down means nothing.
    let mut reversed = history.to_vec();
    reversed.reverse();
    let backwards = check(opened, &reversed);
    assert_eq!(forwards.is_ok(), backwards.is_ok());
    forwards
}

#[test]
fn one_after_the_other_has_an_order() {
    let history = [
        read(0, 1, &[]),
        need(2, 3, 7, 1),
        read(4, 5, &[7]),
        stale(6, 7, 1, 2),
        need(8, 9, 8, 2),
        read(10, 11, &[7, 8]),
    ];
    verdict(&history).unwrap();
}

#[test]
fn a_read_beside_a_write_may_see_it_or_not() {
    for seen in [&[][..], &[7]] {
        verdict(&[need(0, 10, 7, 1), read(2, 8, seen)]).unwrap();
    }
    // The second read ends before the first one, and both lie within the write.
    verdict(&[need(0, 10, 7, 1), read(1, 9, &[7]), read(2, 3, &[])]).unwrap();
}

#[test]
fn writers_beside_each_other_have_an_order_whoever_won() {
    let lost = stale(0, 10, 1, 2);
    verdict(&[need(0, 10, 7, 1), lost.clone(), read(11, 12, &[7])]).unwrap();
    let chain = [
        need(0, 30, 9, 3),
        need(0, 30, 8, 2),
        need(0, 30, 7, 1),
        read(0, 30, &[7, 8]),
        read(31, 32, &[7, 8, 9]),
    ];
    verdict(&chain).unwrap();
}

#[test]
fn a_command_sent_twice_is_done_once() {
    let twice = [
        done(0, 10, (7, Some(1), 2), true),
        done(1, 9, (7, Some(1), 2), false),
        done(20, 21, (8, None, 3), false),
        done(22, 23, (7, Some(1), 2), true),
    ];
    verdict(&twice).unwrap();
}

#[test]
fn a_stale_read_is_found() {
    // Acknowledged before the read began.
    let acknowledged = [need(0, 5, 7, 1), read(6, 8, &[])];
    let error = verdict(&acknowledged).unwrap_err();
    assert_eq!((error.ordered, error.register), (1, register(&[7], 0)));
    assert_eq!(error.candidates, [read(6, 8, &[])]);
    // Shown to another reader before.
    verdict(&[need(0, 20, 7, 1), read(1, 5, &[7]), read(6, 8, &[])]).unwrap_err();
    // Refused because of it before.
    verdict(&[need(0, 20, 7, 1), stale(1, 5, 1, 2), read(6, 8, &[])]).unwrap_err();
    // Only the version is old, or only the content.
    let halves = [(1, vec![7]), (2, Vec::new())].map(|(version, needs)| {
        let seen = Register {
            version,
            needs,
            contacts: 0,
        };
        operation(6, 8, Answered::Read(seen))
    });
    for half in halves {
        verdict(&[need(0, 5, 7, 1), half]).unwrap_err();
    }
}

#[test]
fn a_read_of_what_never_was_is_found() {
    verdict(&[need(0, 9, 7, 1), read(10, 11, &[7, 8])]).unwrap_err();
    // Before it was asked for.
    verdict(&[read(0, 1, &[7]), need(2, 3, 7, 1)]).unwrap_err();
}

#[test]
fn a_lost_update_is_found() {
    // Both are told that they made the second version.
    verdict(&[need(0, 10, 7, 1), need(1, 9, 8, 1)]).unwrap_err();
    // One made the third, and the second is gone.
    verdict(&[need(0, 1, 7, 1), need(2, 3, 8, 2), read(4, 5, &[8])]).unwrap_err();
    let contact = done(0, 5, (9, None, 2), false);
    verdict(&[contact, read(6, 7, &[])]).unwrap_err();
}

#[test]
fn a_command_that_acts_twice_is_found() {
    let again = [
        done(0, 10, (7, None, 2), false),
        done(0, 10, (7, None, 3), false),
    ];
    verdict(&again).unwrap_err();
    // Said once, seen twice.
    verdict(&[need(0, 1, 7, 1), read(2, 3, &[7, 7])]).unwrap_err();
    // A replay of what nobody asked for before, or of another version.
    verdict(&[done(0, 10, (7, Some(1), 2), true)]).unwrap_err();
    verdict(&[need(0, 1, 7, 1), done(2, 3, (7, Some(1), 3), true)]).unwrap_err();
}

#[test]
fn a_history_in_another_order_is_found() {
    // The later write is said to have come first.
    verdict(&[need(0, 1, 7, 2), need(2, 3, 8, 1)]).unwrap_err();
    // Two readers after another saw them in different orders.
    let orders = [need(0, 20, 7, 1), need(0, 20, 8, 2), read(21, 22, &[8, 7])];
    verdict(&orders).unwrap_err();
}

#[test]
fn a_wrong_refusal_is_found() {
    // Nobody had moved the case on.
    verdict(&[stale(0, 1, 1, 1)]).unwrap_err();
    verdict(&[need(0, 1, 7, 1), stale(2, 3, 2, 2)]).unwrap_err();
    // By a version that came later.
    verdict(&[stale(0, 1, 1, 2), need(2, 3, 7, 1)]).unwrap_err();
}

#[test]
fn many_that_overlap_do_not_take_for_ever() {
    // All at once, and one read at the end that nothing explains.
    let writes = (0..60).map(|number| need(0, 100, u32::try_from(number).unwrap(), number + 1));
    let reads = (0..200).map(|number| read(0, 100, &(0..number % 61).collect::<Vec<_>>()));
    let mut history: Vec<_> = writes.chain(reads).collect();
    verdict(&history).unwrap();
    history.push(read(101, 102, &[]));
    assert_eq!(verdict(&history).unwrap_err().ordered, 260);
}
