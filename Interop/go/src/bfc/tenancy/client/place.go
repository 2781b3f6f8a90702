package client

import (
	"context"
	"net"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// link is a connection of either kind. Lost tells why it has ended; nil while it has not.
type link interface {
	comparable
	Lost() error
}

// place has a connection, or the making of one, which every caller that needs it waits for.
type place[L link] struct {
	link    L
	pending *making[L]
}

type making[L link] struct {
	done chan struct{}
	link L
	err  error
}

// connected answers with the connection of a place. It is made without the client's lock, and each
// caller waits for it as long as its own context lets it.
func connected[L link](
	ctx context.Context, c *Client, p *place[L], wrap func(net.Conn) L,
) (L, error) {
	var none L
	c.lock.Lock()
	if c.isClosed {
		c.lock.Unlock()
		return none, status.Error(codes.Canceled, "the client was closed")
	}
	if p.link != none && p.link.Lost() == nil {
		defer c.lock.Unlock()
		return p.link, nil
	}
	if p.pending == nil {
		p.pending = &making[L]{done: make(chan struct{})}
		go c.connect(func(inner net.Conn, err error) {
			made := p.pending
			p.pending = nil
			if err == nil {
				made.link = wrap(inner)
				p.link = made.link
			}
			made.err = err
			close(made.done)
		})
	}
	made := p.pending
	c.lock.Unlock()
	select {
	case <-made.done:
		return made.link, made.err
	case <-ctx.Done():
		return none, asStatus(ctx.Err())
	}
}

// connect makes a connection, and tells keep of it under the client's lock.
func (c *Client) connect(keep func(net.Conn, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeMax)
	defer cancel()
	inner, err := c.target(ctx)
	if err != nil {
		err = status.Error(codes.Unavailable, "cannot connect: "+err.Error())
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if err == nil && c.isClosed {
		_ = inner.Close()
		err = status.Error(codes.Canceled, "the client was closed")
	}
	keep(inner, err)
}
