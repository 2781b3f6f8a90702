package main

import (
	"context"
	"errors"
	"io"

	"bfc/tenancy/client"
	echov1 "ttrpc/testing/v1"

	"github.com/gogo/protobuf/proto"
)

// typedCall makes a call of one method with its types. The requests come as bytes.
type typedCall func(
	ctx context.Context, tenancy *client.Client, requests [][]byte, cancelAfter int,
) ([]proto.Message, error)

var errGivenUp = errors.New("given up")

// stream is a streaming call, typed or not, as the runner's kinds of call use it.
type stream struct {
	send      func([]byte) error
	recv      func() (proto.Message, error)
	closeSend func() error
	cancel    func()
}

func parse[T any](data []byte) *T {
	message := new(T)
	if err := proto.Unmarshal(data, any(message).(proto.Message)); err != nil {
		panic(err)
	}
	return message
}

func asMessage[T any](message *T) proto.Message { return any(message).(proto.Message) }

func unary[S, Q, A any](
	service func(*client.Client) S, method func(S, context.Context, *Q) (*A, error),
) typedCall {
	return func(
		ctx context.Context, tenancy *client.Client, requests [][]byte, _ int,
	) ([]proto.Message, error) {
		answer, err := method(service(tenancy), ctx, parse[Q](requests[0]))
		if err != nil {
			return nil, err
		}
		return []proto.Message{asMessage(answer)}, nil
	}
}

func serverStream[S, Q, A any](
	service func(*client.Client) S,
	method func(S, context.Context, *Q) (*client.Stream[Q, A], error),
) typedCall {
	return func(
		ctx context.Context, tenancy *client.Client, requests [][]byte, cancelAfter int,
	) ([]proto.Message, error) {
		inner, err := method(service(tenancy), ctx, parse[Q](requests[0]))
		if err != nil {
			return nil, err
		}
		return collect(typed(inner), nil, false, cancelAfter)
	}
}

// duplex is for the calls in which both sides stream, of which each request is answered.
func duplex[S, Q, A any](
	service func(*client.Client) S, method func(S, context.Context) (*client.Stream[Q, A], error),
) typedCall {
	return func(
		ctx context.Context, tenancy *client.Client, requests [][]byte, cancelAfter int,
	) ([]proto.Message, error) {
		inner, err := method(service(tenancy), ctx)
		if err != nil {
			return nil, err
		}
		return collect(typed(inner), requests, true, cancelAfter)
	}
}

func typed[Q, A any](inner *client.Stream[Q, A]) stream {
	return stream{
		send: func(data []byte) error { return inner.Send(parse[Q](data)) },
		recv: func() (proto.Message, error) {
			answer, err := inner.Recv()
			if err != nil {
				return nil, err
			}
			return asMessage(answer), nil
		},
		closeSend: inner.CloseSend,
		cancel:    inner.Cancel,
	}
}

// echo is for the test service, and for what no service has: they have no typed calls.
func echo(kind, service, name string) typedCall {
	return func(
		ctx context.Context, tenancy *client.Client, requests [][]byte, cancelAfter int,
	) ([]proto.Message, error) {
		if kind == "unary" {
			answer := new(echov1.EchoResponse)
			request := parse[echov1.EchoRequest](requests[0])
			err := tenancy.Call(ctx, service, name, client.Repeatable, request, answer)
			if err != nil {
				return nil, err
			}
			return []proto.Message{answer}, nil
		}
		var first proto.Message
		if kind == "server" {
			first, requests = parse[echov1.EchoRequest](requests[0]), nil
		}
		inner, err := tenancy.Open(ctx, service, name, first)
		if err != nil {
			return nil, err
		}
		return collect(stream{
			send: func(data []byte) error { return inner.Send(parse[echov1.EchoRequest](data)) },
			recv: func() (proto.Message, error) {
				answer := new(echov1.EchoResponse)
				return answer, inner.Recv(answer)
			},
			closeSend: inner.CloseSend,
			cancel:    inner.Cancel,
		}, requests, kind == "bidi", cancelAfter)
	}
}

func collect(
	call stream, requests [][]byte, isPingPong bool, cancelAfter int,
) (responses []proto.Message, err error) {
	defer call.cancel()
	for _, request := range requests {
		if err := call.send(request); err != nil {
			return responses, err
		}
		if !isPingPong {
			continue
		}
		response, err := call.recv()
		if err != nil {
			return responses, err
		}
		responses = append(responses, response)
		if len(responses) == cancelAfter {
			return responses, errGivenUp
		}
	}
	if cancelAfter == 0 {
		if err := call.closeSend(); err != nil {
			return responses, err
		}
	}
	for {
		response, err := call.recv()
		if errors.Is(err, io.EOF) {
			return responses, nil
		}
		if err != nil {
			return responses, err
		}
		responses = append(responses, response)
		if len(responses) == cancelAfter {
			return responses, errGivenUp
		}
	}
}
