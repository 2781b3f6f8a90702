//! One connection on a thread of its own: frames out, frames in, and the calls they belong to.

use crate::error::{Code, Error};
use crate::link::{Link, Target};
use crate::messages::request::{KeyValue, Request, Response};
use protobuf::Message;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::io::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HEADER_BYTES: usize = 10;
const DATA_BYTES_MAX: usize = 4 << 20;
const UNSENT_BYTES_MAX: usize = 64 << 20;
/// A reader that falls behind further loses its stream: the other calls must not wait for it.
const UNREAD_MESSAGES_MAX: usize = 65_536;
const STREAM_ID_MAX: u32 = 0x7fff_ffff;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const DATA: u8 = 3;
const REMOTE_CLOSED: u8 = 1;
const REMOTE_OPEN: u8 = 2;
const NO_DATA: u8 = 4;

/// What a stream is told.
pub(crate) enum Event {
    Message(Vec<u8>),
    End(Option<Error>),
}

/// Where the events of a stream go.
struct Inbox {
    events: Sender<Event>,
    /// How many messages its reader has not read yet.
    unread: Arc<AtomicUsize>,
}

impl Inbox {
    /// False when the reader has fallen behind, and the stream is at its end.
    fn deliver(&self, message: Vec<u8>) -> bool {
        if self.unread.fetch_add(1, Ordering::Relaxed) >= UNREAD_MESSAGES_MAX {
            self.end(Some(Error::new(
                Code::RESOURCE_EXHAUSTED, "the stream's reader fell behind")));
            return false;
        }
        let _ = self.events.send(Event::Message(message));
        true
    }

    /// A stream whose reader is gone needs to hear nothing.
    fn end(&self, error: Option<Error>) {
        let _ = self.events.send(Event::End(error));
    }
}

struct State {
    out: Vec<u8>,
    streams: HashMap<u32, Inbox>,
    next_id: u32,
    lost: Option<Error>,
}

pub(crate) struct Connection {
    state: Arc<Mutex<State>>,
    wake: UnixStream,
}

impl Connection {
    pub fn open(target: &Target, timeout: Duration) -> Result<Connection, Error> {
        let link = target.connect(timeout)?;
        let fail = |error: std::io::Error| Error::new(Code::UNAVAILABLE, error.to_string());
        let (wake, woken) = UnixStream::pair().map_err(fail)?;
        wake.set_nonblocking(true).map_err(fail)?;
        woken.set_nonblocking(true).map_err(fail)?;
        let state = Arc::new(Mutex::new(State {
            out: Vec::new(),
            streams: HashMap::new(),
            next_id: 1,
            lost: None,
        }));
        let shared = state.clone();
        std::thread::Builder::new()
            .name("bfc-tenancy".into())
            .spawn(move || run(link, woken, shared))
            .map_err(fail)?;
        Ok(Connection { state, wake })
    }

    pub fn is_usable(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.lost.is_none() && state.next_id <= STREAM_ID_MAX
    }

    /// Begins a call; `payload` is `None` for a client that streams.
    pub fn start(
        self: &Arc<Self>, service: &str, method: &str, payload: Option<Vec<u8>>,
        deadline: Option<Instant>, metadata: &[(String, String)],
    ) -> Result<Stream, Error> {
        let is_open = payload.is_none();
        let mut request = Request::new();
        request.set_service(service.into());
        request.set_method(method.into());
        request.set_payload(payload.unwrap_or_default());
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            request.set_timeout_nano((left.as_nanos() as i64).max(1));
        }
        for (key, value) in metadata {
            let mut pair = KeyValue::new();
            pair.set_key(key.clone());
            pair.set_value(value.clone());
            request.mut_metadata().push(pair);
        }
        let data = encode(&request)?;
        let (sender, events) = channel();
        let unread = Arc::new(AtomicUsize::new(0));
        let mut state = self.state.lock().unwrap();
        if let Some(lost) = &state.lost {
            return Err(lost.clone());
        }
        let id = state.next_id;
        state.next_id += 2;
        // Known before it is sent: the answer may come at once.
        state.streams.insert(id, Inbox { events: sender, unread: unread.clone() });
        let flags = if is_open { REMOTE_OPEN } else { REMOTE_CLOSED };
        if let Err(error) = state.frame(id, REQUEST, flags, &data) {
            state.streams.remove(&id);
            return Err(error);
        }
        drop(state);
        self.notify();
        Ok(Stream { connection: self.clone(), id, events, unread, is_open, has_ended: false })
    }

    fn write(&self, id: u32, flags: u8, data: &[u8]) -> Result<(), Error> {
        self.state.lock().unwrap().frame(id, DATA, flags, data)?;
        self.notify();
        Ok(())
    }

    fn notify(&self) {
        // A full pipe means that the thread is woken already.
        let _ = (&self.wake).write(&[1]);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        state.lose(Error::new(Code::CANCELLED, "the client was closed"));
        drop(state);
        self.notify();
    }
}

impl State {
    fn frame(&mut self, id: u32, kind: u8, flags: u8, data: &[u8]) -> Result<(), Error> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if data.len() > DATA_BYTES_MAX || self.out.len() + data.len() > UNSENT_BYTES_MAX {
            return Err(Error::new(
                Code::RESOURCE_EXHAUSTED, "the message is larger than can be sent"));
        }
        self.out.extend_from_slice(&(data.len() as u32).to_be_bytes());
        self.out.extend_from_slice(&id.to_be_bytes());
        self.out.extend_from_slice(&[kind, flags]);
        self.out.extend_from_slice(data);
        Ok(())
    }

    fn lose(&mut self, error: Error) {
        if self.lost.is_none() {
            self.lost = Some(error.clone());
        }
        for (_, stream) in self.streams.drain() {
            stream.end(Some(error.clone()));
        }
    }

    fn receive(&mut self, id: u32, kind: u8, flags: u8, data: &[u8]) {
        let stream = match self.streams.get(&id) {
            Some(stream) => stream,
            None => return,
        };
        let mut is_over = kind == RESPONSE;
        if kind == RESPONSE {
            match Response::parse_from_bytes(data) {
                Ok(mut response) if response.get_status().get_code() == 0 => {
                    if stream.deliver(response.take_payload()) {
                        stream.end(None);
                    }
                }
                Ok(mut response) => {
                    let mut status = response.take_status();
                    stream.end(Some(Error {
                        code: Code(status.get_code()),
                        message: status.take_message(),
                        details: status.take_details().into_vec(),
                    }));
                }
                Err(_) => {
                    stream.end(Some(Error::new(Code::INTERNAL, "malformed response envelope")))
                }
            }
        } else if kind == DATA {
            is_over = flags & NO_DATA == 0 && !stream.deliver(data.to_vec());
            if flags & REMOTE_CLOSED != 0 && !is_over {
                stream.end(None);
                is_over = true;
            }
        }
        if is_over {
            self.streams.remove(&id);
        }
    }
}

/// A call under way.
pub(crate) struct Stream {
    connection: Arc<Connection>,
    id: u32,
    events: Receiver<Event>,
    unread: Arc<AtomicUsize>,
    is_open: bool,
    has_ended: bool,
}

impl Stream {
    /// The next message; `None` at the end.
    pub fn next(&mut self, deadline: Option<Instant>) -> Result<Option<Vec<u8>>, Error> {
        if self.has_ended {
            return Ok(None);
        }
        let event = match deadline {
            None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => {
                self.events.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            }
        };
        match event {
            Ok(Event::Message(bytes)) => {
                self.unread.fetch_sub(1, Ordering::Relaxed);
                Ok(Some(bytes))
            }
            Ok(Event::End(error)) => {
                self.has_ended = true;
                error.map_or(Ok(None), Err)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.give_up();
                Err(Error::new(Code::DEADLINE_EXCEEDED, "the deadline has passed"))
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.has_ended = true;
                Err(Error::new(Code::UNAVAILABLE, "the connection was lost"))
            }
        }
    }

    pub fn send(&mut self, message: &dyn Message) -> Result<(), Error> {
        self.connection.write(self.id, 0, &encode(message)?)
    }

    pub fn close_sending(&mut self) -> Result<(), Error> {
        if !self.is_open {
            return Ok(());
        }
        self.is_open = false;
        self.connection.write(self.id, REMOTE_CLOSED | NO_DATA, &[])
    }

    /// Nobody waits for the rest: what still comes is dropped, and the server is told.
    pub fn give_up(&mut self) {
        self.has_ended = true;
        if self.connection.state.lock().unwrap().streams.remove(&self.id).is_some() {
            // The first end of a client's side is a half-close, the second one gives up.
            let _ = self.close_sending();
            let _ = self.connection.write(self.id, REMOTE_CLOSED | NO_DATA, &[]);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.has_ended {
            self.give_up();
        }
    }
}

pub(crate) fn encode(message: &dyn Message) -> Result<Vec<u8>, Error> {
    message
        .write_to_bytes()
        .map_err(|error| Error::new(Code::INTERNAL, format!("cannot be encoded: {}", error)))
}

/// Reads and writes until the connection is lost or closed.
fn run(mut link: Link, mut woken: UnixStream, state: Arc<Mutex<State>>) {
    let mut unsent: Vec<u8> = Vec::new();
    let mut received: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    let why = loop {
        // What was written meanwhile goes out behind what is left.
        {
            let mut state = state.lock().unwrap();
            if state.lost.is_some() {
                return;
            }
            unsent.append(&mut state.out);
        }
        match turn(&mut link, &mut unsent, &mut received, &mut chunk, &state) {
            Ok(()) => {}
            Err(why) => break why,
        }
        let is_waiting = !unsent.is_empty();
        let events = libc::POLLIN | if is_waiting { libc::POLLOUT } else { 0 };
        let mut ready = [
            libc::pollfd { fd: link.descriptor(), events, revents: 0 },
            libc::pollfd { fd: woken.as_raw_fd(), events: libc::POLLIN, revents: 0 },
        ];
        // SAFETY: the array lives for the call and has the length that is given.
        unsafe { libc::poll(ready.as_mut_ptr(), 2, -1) };
        while matches!(woken.read(&mut [0; 64]), Ok(count) if count > 0) {}
    };
    let error = Error::new(Code::UNAVAILABLE, format!("the connection was lost: {}", why));
    state.lock().unwrap().lose(error);
}

fn turn(
    link: &mut Link, unsent: &mut Vec<u8>, received: &mut Vec<u8>, chunk: &mut [u8],
    state: &Mutex<State>,
) -> Result<(), String> {
    let mut failure = None;
    while !unsent.is_empty() {
        match link.write(unsent) {
            Ok(Some(count)) => drop(unsent.drain(..count)),
            Ok(None) => break,
            // What the server said before it left is still read.
            Err(error) => {
                failure = Some(error.to_string());
                break;
            }
        }
    }
    loop {
        match link.read(chunk) {
            Ok(Some(0)) => return Err("the server closed it".into()),
            Ok(Some(count)) => {
                received.extend_from_slice(&chunk[..count]);
                frames(received, state)?;
            }
            Ok(None) => return failure.map_or(Ok(()), Err),
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn frames(received: &mut Vec<u8>, state: &Mutex<State>) -> Result<(), String> {
    let mut start = 0;
    while received.len() - start >= HEADER_BYTES {
        let header = &received[start..start + HEADER_BYTES];
        let number = |at: usize| {
            u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let length = number(0) as usize;
        if length > DATA_BYTES_MAX {
            return Err("the server sent a frame over the limit".into());
        }
        let end = start + HEADER_BYTES + length;
        if received.len() < end {
            break;
        }
        let (id, kind, flags) = (number(4), header[8], header[9]);
        state.lock().unwrap().receive(id, kind, flags, &received[start + HEADER_BYTES..end]);
        start = end;
    }
    received.drain(..start);
    Ok(())
}
