// Package client keeps a connection to the tenancy service: it connects when a call needs it, tries
// again what is safe to try again, and tells why a call was refused.
//
//	tenancy := client.New(client.Unix(".data/tenancyd.sock"))
//	defer tenancy.Close()
//	answer, err := tenancy.Quota().CheckQuota(ctx, &v1.CheckQuotaRequest{TenantCode: "axis-securities"})
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand"
	"net"
	"os"
	"sync"
	"time"

	"bfc/tenancy/client/wire"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	attemptsMax    = 5
	delayMin       = 20 * time.Millisecond
	delayMax       = 5 * time.Second
	connectTimeMax = 5 * time.Second
	timeoutDefault = 10 * time.Second
	// Each call adds a tenth of a retry to what may be tried again, each retry takes a whole one: a
	// server in trouble is not sent more of it.
	retryTenthsMax  = 100
	retryTenthsEach = 10
)

// Target makes a connection.
type Target func(ctx context.Context) (net.Conn, error)

// Unix is a server on this machine; the kernel tells it who calls.
func Unix(path string) Target {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}

// TLS is a server over TLS 1.3. ca is a PEM file with the roots to trust; cert and key are the
// client's own, and may be empty.
func TLS(address, ca, cert, key string) Target {
	return func(ctx context.Context) (net.Conn, error) {
		roots, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		config := &tls.Config{
			MinVersion: tls.VersionTLS13, NextProtos: []string{"ttrpc"}, RootCAs: x509.NewCertPool(),
		}
		if !config.RootCAs.AppendCertsFromPEM(roots) {
			return nil, fmt.Errorf("%s holds no certificate", ca)
		}
		if cert != "" {
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return nil, err
			}
			config.Certificates = []tls.Certificate{pair}
		}
		return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	}
}

// Client may be used by many goroutines at once.
type Client struct {
	target  Target
	timeout time.Duration
	apiKey  string

	lock        sync.Mutex
	unary       place[*unaryLink]
	stream      place[*wire.Conn]
	isClosed    bool
	retryTenths int
}

// Option changes what is the same for all calls of a client.
type Option func(*Client)

// WithAPIKey has every call send a key.
func WithAPIKey(key string) Option {
	return func(c *Client) { c.apiKey = key }
}

// WithTimeout is for unary calls whose context has no deadline; 10 seconds without it, 0 for none.
func WithTimeout(timeout time.Duration) Option {
	return func(c *Client) { c.timeout = timeout }
}

type unaryLink struct {
	client *ttrpc.Client
	ended  chan struct{}
}

// New makes a client; the connection is made with the first call.
func New(target Target, options ...Option) *Client {
	c := &Client{target: target, timeout: timeoutDefault, retryTenths: retryTenthsMax}
	for _, option := range options {
		option(c)
	}
	return c
}

// identified has a call send the client's API key, beside the metadata that its context has.
func (c *Client) identified(ctx context.Context) context.Context {
	if c.apiKey == "" {
		return ctx
	}
	md := ttrpc.MD{}
	if given, ok := ttrpc.GetMetadata(ctx); ok {
		for key, values := range given {
			md[key] = values
		}
	}
	md.Set("authorization", "Bearer "+c.apiKey)
	return ttrpc.WithMetadata(ctx, md)
}

// Close ends every call in flight.
func (c *Client) Close() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.isClosed = true
	if c.unary.link != nil {
		_ = c.unary.link.client.Close()
	}
	if c.stream.link != nil {
		_ = c.stream.link.Close()
	}
}

// Safety tells whether a call may be made twice.
type Safety bool

const (
	// Once is for a call that changes something and has no idempotency key.
	Once Safety = false
	// Repeatable is for a call that changes nothing, or has an idempotency key.
	Repeatable Safety = true
)

// Call makes a unary call; the methods of services.go make it with their types. It is tried again
// after UNAVAILABLE when that is safe, and within a budget: the call is repeatable, or nothing of it
// was begun.
func (c *Client) Call(
	ctx context.Context, service, method string, safety Safety, request, response proto.Message,
) error {
	ctx = c.identified(ctx)
	if _, hasDeadline := ctx.Deadline(); !hasDeadline && c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	c.earnRetry()
	for attempt := 1; ; attempt++ {
		link, err := connected(ctx, c, &c.unary, newUnaryLink)
		isBegun := err == nil
		if err == nil {
			err = asStatus(link.client.Call(ctx, service, method, request, response))
			if err == nil {
				return nil
			}
			if Reason(err) == "NOT_BEGUN" {
				isBegun = false
			}
			if status.Code(err) == codes.Unavailable {
				c.drop(link)
			}
		}
		if status.Code(err) != codes.Unavailable || attempt >= attemptsMax ||
			(isBegun && safety == Once) || !c.takeRetry() {
			return err
		}
		timer := time.NewTimer(pause(attempt, err))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func (c *Client) earnRetry() {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.retryTenths < retryTenthsMax {
		c.retryTenths++
	}
}

func (c *Client) takeRetry() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.retryTenths < retryTenthsEach {
		return false
	}
	c.retryTenths -= retryTenthsEach
	return true
}

// Open begins a streaming call; request is nil for a client that streams.
func (c *Client) Open(
	ctx context.Context, service, method string, request proto.Message,
) (*wire.Stream, error) {
	link, err := connected(ctx, c, &c.stream, wire.NewConn)
	if err != nil {
		return nil, err
	}
	md, _ := ttrpc.GetMetadata(c.identified(ctx))
	return link.Open(ctx, service, method, request, md)
}

func (l *unaryLink) Lost() error {
	select {
	case <-l.ended:
		return ttrpc.ErrClosed
	default:
		return nil
	}
}

func newUnaryLink(inner net.Conn) *unaryLink {
	ended := make(chan struct{})
	return &unaryLink{
		client: ttrpc.NewClient(inner, ttrpc.WithOnClose(func() { close(ended) })), ended: ended,
	}
}

// drop has the next call make a new connection. Calls in flight end by themselves.
func (c *Client) drop(link *unaryLink) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.unary.link == link {
		c.unary.link = nil
	}
}

// asStatus gives every failure a status: the library's own errors are of the connection or of the
// context.
func asStatus(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, "the deadline has passed")
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, "the call was cancelled")
	default:
		return status.Error(codes.Unavailable, err.Error())
	}
}

func pause(attempt int, err error) time.Duration {
	delay := delayMin << (attempt - 1)
	delay = delay/2 + time.Duration(rand.Int63n(int64(delay/2)+1))
	if asked := RetryAfter(err); asked > delay {
		delay = asked
	}
	if delay > delayMax {
		delay = delayMax
	}
	return delay
}
