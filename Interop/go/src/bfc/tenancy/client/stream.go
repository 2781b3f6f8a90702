package client

import (
	"context"

	"bfc/tenancy/client/wire"

	"github.com/gogo/protobuf/proto"
)

// Stream is a streaming call. Recv and Send may run at once, each in one goroutine.
type Stream[Request, Response any] struct {
	inner *wire.Stream
}

// message has the pointer to a generated struct as what it is.
func message(pointer any) proto.Message {
	return pointer.(proto.Message)
}

func open[Request, Response any](
	ctx context.Context, c *Client, service, method string, first proto.Message,
) (*Stream[Request, Response], error) {
	inner, err := c.Open(ctx, service, method, first)
	if err != nil {
		return nil, err
	}
	return &Stream[Request, Response]{inner}, nil
}

// Send sends a message of a client that streams.
func (s *Stream[Request, Response]) Send(request *Request) error {
	return s.inner.Send(message(request))
}

// CloseSend says that no message follows.
func (s *Stream[Request, Response]) CloseSend() error {
	return s.inner.CloseSend()
}

// Recv waits for the next answer; io.EOF at the end.
func (s *Stream[Request, Response]) Recv() (*Response, error) {
	response := new(Response)
	if err := s.inner.Recv(message(response)); err != nil {
		return nil, err
	}
	return response, nil
}

// Cancel gives the call up. After its end it does nothing.
func (s *Stream[Request, Response]) Cancel() {
	s.inner.Cancel()
}
