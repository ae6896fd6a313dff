//! The parent: it starts the others, kills some of them, writes down what they say, and adds it up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use es_core::Position;
use es_core::store::EventStore;

use super::Result;
use super::ledger::Ledger;
use super::mark::{AppendId, Key, Seen};
use super::plan::{self, Plan};
use super::process::Process;
use super::tail::{Choice, Tail};
use super::verdict::{Stored, Verdict};

/// How long a process may take for what is left to do.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// Runs it to its end, and says whether all was well.
pub(crate) async fn run(plan: &Plan) -> Result<bool> {
    let store = plan.open().await?;
    let base = store.head().await?;
    let mut soak = Soak::start(plan, base)?;
    soak.work().await?;
    soak.end_writers().await?;
    let head = store.head().await?;
    soak.let_readers_come_to(head).await?;
    let stored = Stored::read(&store, soak.run, base, plan.streams).await?;
    let tails: Vec<Tail> = soak.readers.iter().map(|reader| locked(&reader.tail).clone()).collect();
    let verdict = Verdict::new(&locked(&soak.ledger), &tails, &stored);
    println!("killed       {:>12}  writers and {} readers", soak.writers_killed, soak.readers_killed);
    println!("{verdict}");
    Ok(verdict.is_good())
}

struct Soak<'a> {
    plan: &'a Plan,
    run: u64,
    ledger: Arc<Mutex<Ledger>>,
    writers: Vec<Process>,
    readers: Vec<Reader>,
    /// The number of the last writer process.
    last_writer: u32,
    writers_killed: u64,
    readers_killed: u64,
}

struct Reader {
    tail: Arc<Mutex<Tail>>,
    process: Process,
}

impl<'a> Soak<'a> {
    fn start(plan: &'a Plan, base: Position) -> Result<Self> {
        let run = fastrand::u64(..1 << 53);
        let ledger = Arc::new(Mutex::new(Ledger::after(base.0)));
        let mut soak =
            Self { plan, run, ledger, writers: Vec::new(), readers: Vec::new(), last_writer: 0, writers_killed: 0, readers_killed: 0 };
        for number in 0..plan.readers {
            let tail = Arc::new(Mutex::new(Tail::new(Choice::of_reader(number), base.0)));
            let process = soak.reader(&tail)?;
            soak.readers.push(Reader { tail, process });
        }
        for _ in 0..plan.writers {
            let writer = soak.writer()?;
            soak.writers.push(writer);
        }
        Ok(soak)
    }

    fn writer(&mut self) -> Result<Process> {
        self.last_writer += 1;
        let (writer, ledger) = (self.last_writer, self.ledger.clone());
        let role = ["write".to_owned(), self.run.to_string(), writer.to_string()];
        Process::start(self.plan, &role, move |line| {
            if let Some(said) = Said::by_writer(line) {
                said.write_down(writer, &mut locked(&ledger));
            }
        })
    }

    /// A reader that goes on from where its tail ends.
    fn reader(&self, tail: &Arc<Mutex<Tail>>) -> Result<Process> {
        let (choice, through) = {
            let tail = locked(tail);
            (tail.choice, tail.through)
        };
        let role = ["read".to_owned(), self.run.to_string(), plan::name(choice), through.to_string()];
        let tail = tail.clone();
        Process::start(self.plan, &role, move |line| match Heard::of(line) {
            Some(Heard::Event(event)) => locked(&tail).saw(event),
            Some(Heard::Through(position)) => locked(&tail).came_to(position),
            None => {}
        })
    }

    /// Kills one after the other until the time is up.
    async fn work(&mut self) -> Result {
        let end = Instant::now() + self.plan.duration();
        let mut kill = Instant::now() + self.until_kill();
        let mut tell = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            tokio::time::sleep(LOOK).await;
            self.all_are_alive()?;
            if Instant::now() > kill && self.plan.kill_every > 0 {
                self.kill_one()?;
                kill = Instant::now() + self.until_kill();
            }
            if Instant::now() > tell {
                self.tell();
                tell += Duration::from_secs(10);
            }
        }
        Ok(())
    }

    fn until_kill(&self) -> Duration {
        Duration::from_millis(fastrand::u64(..=self.plan.kill_every.saturating_mul(2)))
    }

    fn kill_one(&mut self) -> Result {
        let one = fastrand::usize(..(self.writers.len() + self.readers.len()).max(1));
        if one < self.writers.len() {
            self.writers.swap_remove(one).kill()?;
            self.writers_killed += 1;
            let another = self.writer()?;
            self.writers.push(another);
        } else if one - self.writers.len() < self.readers.len() {
            let Reader { tail, process } = self.readers.remove(one - self.writers.len());
            process.kill()?;
            self.readers_killed += 1;
            let process = self.reader(&tail)?;
            self.readers.push(Reader { tail, process });
        }
        Ok(())
    }

    fn all_are_alive(&mut self) -> Result {
        let readers = self.readers.iter_mut().map(|reader| &mut reader.process);
        for process in self.writers.iter_mut().chain(readers) {
            if let Some(status) = process.ended()? {
                return Err(format!("a process has ended by itself, with {status}").into());
            }
        }
        Ok(())
    }

    fn tell(&self) {
        let read: u64 = self.readers.iter().map(|reader| locked(&reader.tail).events).sum();
        eprintln!("{} acknowledged, {read} read, {} killed", locked(&self.ledger).events, self.writers_killed + self.readers_killed);
    }

    async fn end_writers(&mut self) -> Result {
        self.writers.iter_mut().for_each(Process::ask_to_end);
        let patience = Instant::now() + PATIENCE;
        for mut writer in std::mem::take(&mut self.writers) {
            loop {
                match writer.ended()? {
                    Some(status) if status.success() => break,
                    Some(status) => return Err(format!("a writer ended with {status}").into()),
                    None if Instant::now() > patience => return Err("a writer does not end: its last append is not answered".into()),
                    None => tokio::time::sleep(LOOK).await,
                }
            }
            writer.hear_out();
        }
        Ok(())
    }

    /// Waits for the readers to come to the head, as long as they move.
    async fn let_readers_come_to(&mut self, head: Position) -> Result {
        let mut patience = Instant::now() + PATIENCE;
        let mut sum = 0;
        loop {
            let through: Vec<u64> = self.readers.iter().map(|reader| locked(&reader.tail).through).collect();
            if through.iter().all(|through| *through >= head.0) {
                break;
            }
            if through.iter().sum::<u64>() > sum {
                (sum, patience) = (through.iter().sum(), Instant::now() + PATIENCE);
            }
            if Instant::now() > patience {
                // what they have not read counts as missed
                println!("stuck: the readers are at {through:?}, the head is {head}");
                break;
            }
            self.all_are_alive()?;
            tokio::time::sleep(LOOK).await;
        }
        for reader in &mut self.readers {
            reader.process.ask_to_end();
            while reader.process.ended()?.is_none() && Instant::now() < patience {
                tokio::time::sleep(LOOK).await;
            }
            reader.process.hear_out();
        }
        Ok(())
    }
}

/// What a writer says.
enum Said {
    Acknowledged { append: u32, of: u8, first: u64 },
    Refused { append: u32 },
}

impl Said {
    fn by_writer(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        match words.next()? {
            "ack" => Some(Self::Acknowledged {
                append: words.next()?.parse().ok()?,
                of: words.next()?.parse().ok()?,
                first: words.next()?.parse().ok()?,
            }),
            "no" => Some(Self::Refused { append: words.next()?.parse().ok()? }),
            _ => None,
        }
    }

    fn write_down(self, writer: u32, ledger: &mut Ledger) {
        match self {
            Self::Acknowledged { append, of, first } => ledger.acknowledge(AppendId { writer, append }, of, first),
            Self::Refused { append } => ledger.refuse(AppendId { writer, append }),
        }
    }
}

/// What a reader says.
enum Heard {
    Event(Seen),
    Through(u64),
}

impl Heard {
    fn of(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        match words.next()? {
            "event" => {
                let (position, key) = (words.next()?.parse().ok()?, Key(words.next()?.parse().ok()?));
                let (stream, version) = (words.next()?, words.next()?.parse().ok()?);
                let stream = if stream == "-" { None } else { Some((stream.parse().ok()?, version)) };
                Some(Self::Event(Seen { position, key, stream }))
            }
            "through" => Some(Self::Through(words.next()?.parse().ok()?)),
            _ => None,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
