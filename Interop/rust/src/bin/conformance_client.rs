//! Makes the calls that the conformance runner asks for; see Interop/conformance/README.md.

use bfc_tenancy::{Call, CallOptions, Client, Code, Error, Method, Target};
use protobuf::Message;
use std::io::{BufRead, Write};
use std::time::Duration;

#[allow(warnings, clippy::all)]
mod echo_messages {
    include!(concat!(env!("OUT_DIR"), "/echo.rs"));
}
use echo_messages::echo;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).cloned()
    };
    let target = match option("--unix") {
        Some(path) => Target::unix(path),
        None => {
            let address = option("--tls").expect("--unix or --tls");
            let (host, port) = address.rsplit_once(':').expect("HOST:PORT");
            Target::Tls {
                host: host.into(),
                port: port.parse().expect("a port"),
                ca: option("--ca").expect("--ca").into(),
                identity: option("--cert").zip(option("--key")).map(|(c, k)| (c.into(), k.into())),
            }
        }
    };
    let client = Client::with_defaults(target, CallOptions::default());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let fields: Vec<&str> = line.split(' ').collect();
        println!("{}", answer(&client, &fields));
        std::io::stdout().flush().expect("a pipe");
    }
}

/// A call as the runner asks for it.
struct Asked<'a> {
    kind: &'a str,
    service: &'a str,
    method: &'a str,
    cancel_after: usize,
    options: CallOptions,
    requests: Vec<Vec<u8>>,
}

fn answer(client: &Client, fields: &[&str]) -> String {
    let timeout: u64 = fields[3].parse().expect("a number");
    let asked = &Asked {
        kind: fields[0],
        service: fields[1],
        method: fields[2],
        cancel_after: fields[4].parse().expect("a number"),
        options: CallOptions {
            timeout: if timeout > 0 { Some(Duration::from_millis(timeout)) } else { None },
            metadata: items(fields[5])
                .map(|pair| {
                    let (key, value) = pair.split_once('=').expect("a pair");
                    (text(key), text(value))
                })
                .collect(),
        },
        requests: items(fields[6]).map(bytes).collect(),
    };
    let name = format!("{}/{}", fields[1], fields[2]);
    dispatch(client, &name, asked)
}

fn dispatch(client: &Client, name: &str, asked: &Asked) -> String {
    include!(concat!(env!("OUT_DIR"), "/dispatch.rs"))
}

fn parse<Q: Message>(bytes: &[u8]) -> Q {
    Q::parse_from_bytes(bytes).expect("a message of its type")
}

fn unary<Q: Message, A: Message>(
    asked: &Asked, call: impl Fn(&Q, &CallOptions) -> Result<A, Error>,
) -> String {
    match call(&parse(&asked.requests[0]), &asked.options) {
        Ok(answer) => report(None, &[answer]),
        Err(error) => report::<A>(Some(error), &[]),
    }
}

fn server_stream<Q: Message, A: Message>(
    asked: &Asked, call: impl Fn(&Q, &CallOptions) -> Result<Call<Q, A>, Error>,
) -> String {
    stream(asked, call(&parse(&asked.requests[0]), &asked.options), &[])
}

fn duplex<Q: Message, A: Message>(
    asked: &Asked, call: impl Fn(&CallOptions) -> Result<Call<Q, A>, Error>,
) -> String {
    stream(asked, call(&asked.options), &asked.requests)
}

fn stream<Q: Message, A: Message>(
    asked: &Asked, call: Result<Call<Q, A>, Error>, requests: &[Vec<u8>],
) -> String {
    let mut answers: Vec<A> = Vec::new();
    let result = call.and_then(|call| collect(asked, call, requests, &mut answers));
    report(result.err(), &answers)
}

/// The test service, and what no service has, have no typed calls.
fn echo(client: &Client, asked: &Asked) -> String {
    // The names live as long as the program, which makes few calls.
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let method = Method::<echo::EchoRequest, echo::EchoResponse>::new(
        leak(asked.service), leak(asked.method), true);
    match asked.kind {
        "unary" => unary(asked, |request, options| client.unary(&method, request, options)),
        "server" => server_stream(
            asked, |request, options| client.stream(&method, Some(request), options)),
        _ => duplex(asked, |options| client.stream(&method, None, options)),
    }
}

fn collect<Q: Message, A: Message>(
    asked: &Asked, mut call: Call<Q, A>, requests: &[Vec<u8>], answers: &mut Vec<A>,
) -> Result<(), Error> {
    for request in requests {
        call.send(&parse(request))?;
        if asked.kind == "bidi" {
            answers.extend(call.receive()?);
            give_up_in_time(answers, asked.cancel_after)?;
        }
    }
    if asked.cancel_after == 0 {
        call.close_sending()?;
    }
    while let Some(next) = call.receive()? {
        answers.push(next);
        give_up_in_time(answers, asked.cancel_after)?;
    }
    Ok(())
}

/// Dropping the call gives it up.
fn give_up_in_time<A>(answers: &[A], cancel_after: usize) -> Result<(), Error> {
    if cancel_after > 0 && answers.len() == cancel_after {
        return Err(Error { code: Code::CANCELLED, message: String::new(), details: vec![] });
    }
    Ok(())
}

fn report<A: Message>(error: Option<Error>, answers: &[A]) -> String {
    let or = |text: String, empty: &str| if text.is_empty() { empty.into() } else { text };
    let error = error
        .unwrap_or_else(|| Error { code: Code(0), message: String::new(), details: vec![] });
    let details: Vec<String> = error
        .details
        .iter()
        .map(|d| format!("{}={}", hex(d.get_type_url().as_bytes()), hex(d.get_value())))
        .collect();
    let bodies: Vec<String> = answers
        .iter()
        .map(|answer| or(hex(&answer.write_to_bytes().expect("a message")), "."))
        .collect();
    format!(
        "{} {} {} {}", error.code.0, or(hex(error.message.as_bytes()), "-"),
        or(details.join(","), "-"), or(bodies.join(","), "-"))
}

fn items(field: &str) -> impl Iterator<Item = &str> {
    field.split(',').filter(|item| *item != "-")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{:02x}", byte)).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = if hex == "." { "" } else { hex };
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("hexadecimal digits"))
        .collect()
}

fn text(hex: &str) -> String {
    String::from_utf8(bytes(hex)).expect("UTF-8")
}
