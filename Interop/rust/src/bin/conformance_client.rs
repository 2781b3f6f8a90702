//! Makes the calls that the conformance runner asks for; see Interop/conformance/README.md.

use bfc_tenancy::messages as m;
use bfc_tenancy::{CallOptions, Client, Code, Error, Method, Target};
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

fn answer(client: &Client, fields: &[&str]) -> String {
    include!(concat!(env!("OUT_DIR"), "/dispatch.rs"))
}

fn call<Q: Message, A: Message>(client: &Client, fields: &[&str], is_idempotent: bool) -> String {
    // The names live as long as the program, which makes few calls.
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let method = Method::<Q, A>::new(leak(fields[1]), leak(fields[2]), is_idempotent);
    let timeout: u64 = fields[3].parse().expect("a number");
    let cancel_after: usize = fields[4].parse().expect("a number");
    let options = CallOptions {
        timeout: if timeout > 0 { Some(Duration::from_millis(timeout)) } else { None },
        metadata: items(fields[5])
            .map(|pair| {
                let (key, value) = pair.split_once('=').expect("a pair");
                (text(key), text(value))
            })
            .collect(),
    };
    let requests: Vec<Q> = items(fields[6])
        .map(|body| Q::parse_from_bytes(&bytes(body)).expect("a message of its type"))
        .collect();
    let mut answers: Vec<A> = Vec::new();
    let result =
        collect(client, fields[0], &method, &requests, cancel_after, &options, &mut answers);
    report(result.err(), &answers)
}

fn collect<Q: Message, A: Message>(
    client: &Client, kind: &str, method: &Method<Q, A>, requests: &[Q], cancel_after: usize,
    options: &CallOptions, answers: &mut Vec<A>,
) -> Result<(), Error> {
    if kind == "unary" {
        answers.push(client.unary(method, &requests[0], options)?);
        return Ok(());
    }
    let is_server = kind == "server";
    let mut call = client.stream(method, if is_server { Some(&requests[0]) } else { None }, options)?;
    for request in requests.iter().filter(|_| !is_server) {
        call.send(request)?;
        if kind == "bidi" {
            answers.extend(call.receive()?);
            give_up_in_time(answers, cancel_after)?;
        }
    }
    if cancel_after == 0 {
        call.close_sending()?;
    }
    while let Some(next) = call.receive()? {
        answers.push(next);
        give_up_in_time(answers, cancel_after)?;
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
