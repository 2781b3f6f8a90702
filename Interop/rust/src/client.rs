//! Calls over a connection that is made when it is needed, and made again when it is lost.

use crate::connection::{encode, Connection, Stream};
use crate::error::{Code, Error};
use crate::link::Target;
use protobuf::Message;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

const ATTEMPTS_MAX: u32 = 5;
const DELAY_MIN: Duration = Duration::from_millis(20);
const DELAY_MAX: Duration = Duration::from_secs(5);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// Each call adds a tenth of a retry to what may be tried again, each retry takes a whole one: a
/// server in trouble is not sent more of it.
const RETRY_TENTHS_MAX: u32 = 100;
const RETRY_TENTHS_EACH: u32 = 10;

/// One method of a service, with the types that it takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Method<Q, A> {
    pub service: &'static str,
    pub name: &'static str,
    /// Whether calling twice does what calling once does.
    pub is_idempotent: bool,
    pub types: PhantomData<fn(Q) -> A>,
}

impl<Q: Message, A: Message> Method<Q, A> {
    pub const fn new(service: &'static str, name: &'static str, is_idempotent: bool) -> Self {
        Method { service, name, is_idempotent, types: PhantomData }
    }
}

/// What may be asked for one call.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// How long the caller waits; the server hears of it. A unary call without one has the client's.
    pub timeout: Option<Duration>,
    /// Pairs beside the request.
    pub metadata: Vec<(String, String)>,
}

/// Where a client's connection is, or the making of one, which every call that needs it waits for.
#[derive(Default)]
struct Place {
    connection: Option<Arc<Connection>>,
    making: Option<Arc<Making>>,
}

#[derive(Default)]
struct Making {
    outcome: Mutex<Option<Result<Arc<Connection>, Error>>>,
    is_known: Condvar,
}

/// The service over one connection.
pub struct Client {
    target: Target,
    defaults: CallOptions,
    place: Arc<Mutex<Place>>,
    retry_tenths: AtomicU32,
}

impl Client {
    /// With a timeout of 10 seconds for unary calls. The connection is made with the first call.
    pub fn new(target: Target) -> Client {
        let timeout = Some(Duration::from_secs(10));
        Client::with_defaults(target, CallOptions { timeout, metadata: Vec::new() })
    }

    pub fn with_defaults(target: Target, defaults: CallOptions) -> Client {
        let retry_tenths = AtomicU32::new(RETRY_TENTHS_MAX);
        Client { target, defaults, place: Arc::default(), retry_tenths }
    }

    /// Sends an API key as bearer with every call.
    pub fn with_api_key(mut self, key: &str) -> Client {
        self.defaults.metadata.push(("authorization".into(), format!("Bearer {}", key)));
        self
    }

    /// Makes a unary call; [`crate::services`] has them all. It is tried again after UNAVAILABLE when
    /// that is safe, and within a budget: the method is idempotent, the request has an idempotency
    /// key, or nothing of it was begun.
    pub fn unary<Q: Message, A: Message>(
        &self, method: &Method<Q, A>, request: &Q, options: &CallOptions,
    ) -> Result<A, Error> {
        let timeout = options.timeout.or(self.defaults.timeout);
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let is_repeatable = method.is_idempotent || has_idempotency_key(request);
        let payload = encode(request)?;
        let earn = |tenths| Some(RETRY_TENTHS_MAX.min(tenths + 1));
        let _ = self.retry_tenths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn);
        let mut attempt = 1;
        loop {
            let connection = self.connected(deadline);
            let used = connection.as_ref().ok().cloned();
            let result = connection.and_then(|connection| {
                let metadata = self.metadata(options);
                let mut stream = connection.start(
                    method.service, method.name, Some(payload.clone()), deadline, &metadata)?;
                stream.next(deadline)
            });
            let error = match result {
                Ok(bytes) => return decode(&bytes.unwrap_or_default()),
                Err(error) => error,
            };
            let is_begun = used.is_some() && error.reason() != "NOT_BEGUN";
            if let Some(used) = used.filter(|_| error.code == Code::UNAVAILABLE) {
                self.drop_connection(&used);
            }
            let delay = delay(attempt, &error);
            if error.code != Code::UNAVAILABLE
                || attempt >= ATTEMPTS_MAX
                || (is_begun && !is_repeatable)
                || deadline.map_or(false, |deadline| Instant::now() + delay >= deadline)
                || !self.take_retry()
            {
                return Err(error);
            }
            std::thread::sleep(delay);
            attempt += 1;
        }
    }

    /// Begins a streaming call; `request` is `None` for a client that streams.
    pub fn stream<Q: Message, A: Message>(
        &self, method: &Method<Q, A>, request: Option<&Q>, options: &CallOptions,
    ) -> Result<Call<Q, A>, Error> {
        let deadline = options.timeout.map(|timeout| Instant::now() + timeout);
        let payload = request.map(|request| encode(request)).transpose()?;
        let metadata = self.metadata(options);
        let stream = self
            .connected(deadline)?
            .start(method.service, method.name, payload, deadline, &metadata)?;
        Ok(Call { stream, deadline, types: PhantomData })
    }

    fn take_retry(&self) -> bool {
        let take = |tenths: u32| tenths.checked_sub(RETRY_TENTHS_EACH);
        self.retry_tenths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn metadata(&self, options: &CallOptions) -> Vec<(String, String)> {
        self.defaults.metadata.iter().chain(&options.metadata).cloned().collect()
    }

    /// The next call makes a new connection. Calls in flight end by themselves.
    fn drop_connection(&self, used: &Arc<Connection>) {
        let mut place = self.place.lock().unwrap();
        if place.connection.as_ref().map_or(false, |present| Arc::ptr_eq(present, used)) {
            place.connection = None;
        }
    }

    /// Connecting holds no lock: each call waits for it until its own deadline.
    fn connected(&self, deadline: Option<Instant>) -> Result<Arc<Connection>, Error> {
        let making = {
            let mut place = self.place.lock().unwrap();
            if let Some(present) = place.connection.as_ref().filter(|c| c.is_usable()) {
                return Ok(present.clone());
            }
            match &place.making {
                Some(making) => making.clone(),
                None => {
                    let making = Arc::new(Making::default());
                    let (target, shared) = (self.target.clone(), self.place.clone());
                    std::thread::Builder::new()
                        .name("bfc-tenancy-connect".into())
                        .spawn(move || connect(&target, &shared))
                        .map_err(|error| Error::new(Code::UNAVAILABLE, error.to_string()))?;
                    place.making = Some(making.clone());
                    making
                }
            }
        };
        let mut outcome = making.outcome.lock().unwrap();
        loop {
            if let Some(outcome) = outcome.as_ref() {
                return outcome.clone();
            }
            outcome = match deadline {
                None => making.is_known.wait(outcome).unwrap(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left == Duration::ZERO {
                        return Err(Error::new(Code::DEADLINE_EXCEEDED, "the deadline has passed"));
                    }
                    making.is_known.wait_timeout(outcome, left).unwrap().0
                }
            };
        }
    }
}

fn connect(target: &Target, place: &Mutex<Place>) {
    let result = Connection::open(target, CONNECT_TIME_MAX).map(Arc::new);
    let mut place = place.lock().unwrap();
    place.connection = result.as_ref().ok().cloned();
    // The place says so before anybody is told: who is told of a loss may begin anew.
    if let Some(making) = place.making.take() {
        *making.outcome.lock().unwrap() = Some(result);
        making.is_known.notify_all();
    }
}

/// A streaming call. Dropping it before its end gives it up.
pub struct Call<Q, A> {
    stream: Stream,
    deadline: Option<Instant>,
    types: PhantomData<fn(Q) -> A>,
}

impl<Q: Message, A: Message> Call<Q, A> {
    pub fn send(&mut self, message: &Q) -> Result<(), Error> {
        self.stream.send(message)
    }

    /// Says that no message follows.
    pub fn close_sending(&mut self) -> Result<(), Error> {
        self.stream.close_sending()
    }

    /// The next answer; `None` at the end.
    pub fn receive(&mut self) -> Result<Option<A>, Error> {
        match self.stream.next(self.deadline)? {
            Some(bytes) => decode(&bytes).map(Some),
            None => Ok(None),
        }
    }
}

fn decode<A: Message>(bytes: &[u8]) -> Result<A, Error> {
    A::parse_from_bytes(bytes)
        .map_err(|_| Error::new(Code::INTERNAL, "the answer is not of its type"))
}

fn has_idempotency_key<Q: Message>(request: &Q) -> bool {
    let descriptor = request.descriptor();
    match descriptor.fields().iter().find(|field| field.name() == "idempotency_key") {
        Some(field) => !field.get_str(request).is_empty(),
        None => false,
    }
}

/// Doubling, and shortened by up to half, so that many clients do not come back at once.
fn delay(attempt: u32, error: &Error) -> Duration {
    let delay = (DELAY_MIN * 2u32.pow(attempt - 1)).min(DELAY_MAX);
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let delay = delay / 2 + delay / 2 * (clock.subsec_nanos() % 1000) / 1000;
    delay.max(error.retry_after().unwrap_or_default()).min(DELAY_MAX)
}
