//! `fallbuch rebuild` at the command line, on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Output;

use fallbuch_tests::{Engine, Raw, World, fallbuch, on_both};

fn told(output: &Output) -> String {
    let [out, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{out}{error}")
}

on_both!(
    async fn the_command_line_checks_and_rebuilds(engine: Engine) {
        let world = World::demo(engine).await;
        let database = world.database.clone();
        let run = |arguments: &[&str]| fallbuch(&database, arguments).output().unwrap();
        let checked = run(&["rebuild", "all", "--check"]);
        assert!(checked.status.success(), "{}", told(&checked));
        assert!(told(&checked).contains("transmit heads: as the log says ("));
        assert!(told(&checked).contains("bayern activity: as the log says ("));

        let raw = Raw::owner(&database).await;
        raw.run("UPDATE stream_head SET stage = 'closed' WHERE case_number = 'TM-2014-0001'")
            .await
            .unwrap();
        raw.close().await;
        let checked = run(&["rebuild", "heads", "--check", "--agency", "transmit"]);
        assert!(!checked.status.success());
        assert!(
            told(&checked).contains("stream_head: 1 rows do not follow"),
            "{}",
            told(&checked)
        );
        let elsewhere = run(&["rebuild", "heads", "--check", "--agency", "bayern"]);
        assert!(elsewhere.status.success(), "{}", told(&elsewhere));

        let rebuilt = run(&["rebuild", "heads", "--agency", "transmit"]);
        assert!(rebuilt.status.success(), "{}", told(&rebuilt));
        let checked = run(&["rebuild", "all", "--check"]);
        assert!(checked.status.success(), "{}", told(&checked));

        for (wrong, sentence) in [
            (
                &["rebuild", "nothing"][..],
                "expected all or one of heads, activity",
            ),
            (
                &["rebuild", "heads", "--agency", "nowhere"][..],
                "there is no agency",
            ),
        ] {
            let refused = run(wrong);
            assert!(!refused.status.success());
            assert!(told(&refused).contains(sentence), "{}", told(&refused));
        }
        world.stop().await;
    }
);
