//! Students subscribe to courses. A course has so many seats and a student takes so many courses: a subscription keeps to both limits
//! at once, though no stream holds what it rests on.
//!
//! `cargo run -p courses` lets a crowd of students run for the seats, in a store that is thrown away.

mod domain;

use std::error::Error;

use domain::{CourseId, DefineCourse, StudentId, Subscribe};
use es_core::prelude::*;
use es_sqlite::SqliteStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    // whoever loses a race decides again: in such a crowd, more often than the 3 times that are the default
    let app = App::new(SqliteStore::open(folder.path().join("courses.db")).await?).retries(1000);

    let latin = CourseId::from("latin");
    let committed = app.execute(DefineCourse { course_id: latin.clone(), seats: 3 }).await?;
    println!("latin has {} seats", committed.state.seats);

    let students = (1..=8).map(|number| {
        let (app, course_id, student_id) = (app.clone(), latin.clone(), StudentId::from(format!("student-{number}")));
        tokio::spawn(async move { (student_id.clone(), app.execute(Subscribe { course_id, student_id }).await) })
    });
    for student in students.collect::<Vec<_>>() {
        match student.await? {
            (student, Ok(committed)) => println!("{student} takes seat {}", committed.state.0.taken),
            (student, Err(refused)) => println!("{student} is refused: {refused}"),
        }
    }
    Ok(())
}
