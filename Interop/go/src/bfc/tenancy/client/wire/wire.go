// Package wire makes streaming calls of ttrpc 1.2 over one connection. containerd's own client, in
// the version that Debian ships, knows unary calls only; this is what is missing, and no more.
package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	headerBytes    = 10
	dataBytesMax   = 4 << 20
	streamIDMax    = math.MaxInt32
	unreadMessages = 65536
	unsentBytes    = 64 << 20
	// A server that reads nothing for so long is lost, and holds nobody up for longer.
	writeTimeMax = 30 * time.Second

	typeRequest  = 1
	typeResponse = 2
	typeData     = 3

	flagRemoteClosed = 1
	flagRemoteOpen   = 2
	flagNoData       = 4
)

// Conn is one connection; many streams may be under way on it at once.
type Conn struct {
	inner net.Conn

	lock    sync.Mutex
	streams map[uint32]*Stream
	next    uint32
	lost    error
	// Frames on their way out: a server that reads nothing must hold no caller up.
	unsent net.Buffers
	// How many bytes they are, with those that are being written.
	unsentBytes int
	wake        chan struct{}
}

// NewConn takes a connection over.
func NewConn(inner net.Conn) *Conn {
	conn := &Conn{
		inner: inner, streams: map[uint32]*Stream{}, next: 1, wake: make(chan struct{}, 1),
	}
	go conn.read()
	go conn.write()
	return conn
}

// Close ends every stream.
func (c *Conn) Close() error {
	c.lose(status.Error(codes.Canceled, "the connection was closed"))
	return nil
}

// Lost tells why the connection has ended; nil while it has not.
func (c *Conn) Lost() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.lost
}

// Stream is one call. Recv and Send may run at once, each in one goroutine.
type Stream struct {
	conn   *Conn
	id     uint32
	ctx    context.Context
	isOpen bool
	// What came and was not read yet, then the end.
	lock     sync.Mutex
	messages [][]byte
	end      error
	wake     chan struct{}
}

// Open begins a call. request is nil for a client that streams.
func (c *Conn) Open(
	ctx context.Context, service, method string, request proto.Message, md ttrpc.MD,
) (*Stream, error) {
	envelope := &ttrpc.Request{Service: service, Method: method}
	if request != nil {
		payload, err := proto.Marshal(request)
		if err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		envelope.Payload = payload
	}
	if deadline, ok := ctx.Deadline(); ok {
		envelope.TimeoutNano = int64(time.Until(deadline))
		if envelope.TimeoutNano <= 0 {
			return nil, status.Error(codes.DeadlineExceeded, "the deadline has passed")
		}
	}
	for key, values := range md {
		for _, value := range values {
			envelope.Metadata = append(envelope.Metadata, &ttrpc.KeyValue{Key: key, Value: value})
		}
	}
	data, err := proto.Marshal(envelope)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	stream := &Stream{conn: c, ctx: ctx, isOpen: request == nil, wake: make(chan struct{}, 1)}
	flags := byte(flagRemoteClosed)
	if stream.isOpen {
		flags = flagRemoteOpen
	}
	// Ids go out in their order, so they are drawn under the lock of the frames.
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.next > streamIDMax {
		return nil, status.Error(codes.Unavailable, "the connection's stream ids are used up")
	}
	stream.id = c.next
	if err := c.queue(stream.id, typeRequest, flags, data); err != nil {
		return nil, err
	}
	c.next += 2
	c.streams[stream.id] = stream
	return stream, nil
}

// Send sends a message of a client that streams.
func (s *Stream) Send(message proto.Message) error {
	data, err := proto.Marshal(message)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return s.conn.frame(s.id, typeData, 0, data)
}

// CloseSend says that no message follows.
func (s *Stream) CloseSend() error {
	s.conn.lock.Lock()
	defer s.conn.lock.Unlock()
	if !s.isOpen {
		return nil
	}
	s.isOpen = false
	return s.conn.queue(s.id, typeData, flagRemoteClosed|flagNoData, nil)
}

// Recv reads the next message into one; io.EOF at the end.
func (s *Stream) Recv(message proto.Message) error {
	for {
		s.lock.Lock()
		if len(s.messages) > 0 {
			data := s.messages[0]
			s.messages = s.messages[1:]
			s.lock.Unlock()
			if err := proto.Unmarshal(data, message); err != nil {
				return status.Error(codes.Internal, "the answer is not of its type")
			}
			return nil
		}
		end := s.end
		s.lock.Unlock()
		if end != nil {
			return end
		}
		select {
		case <-s.wake:
		case <-s.ctx.Done():
			s.Cancel()
			if errors.Is(s.ctx.Err(), context.DeadlineExceeded) {
				return status.Error(codes.DeadlineExceeded, "the deadline has passed")
			}
			return status.Error(codes.Canceled, "the call was cancelled")
		}
	}
}

// Cancel gives the call up. After its end it does nothing.
func (s *Stream) Cancel() {
	if !s.conn.forget(s) {
		return
	}
	s.finish(status.Error(codes.Canceled, "the call was cancelled"))
	// The first end of a client's side is a half-close, the second one gives up.
	_ = s.CloseSend()
	_ = s.conn.frame(s.id, typeData, flagRemoteClosed|flagNoData, nil)
}

func (s *Stream) deliver(data []byte) {
	s.lock.Lock()
	isFull := len(s.messages) >= unreadMessages
	if s.end == nil && !isFull {
		s.messages = append(s.messages, data)
	}
	s.lock.Unlock()
	if isFull {
		s.finish(status.Error(codes.ResourceExhausted, "the stream's reader fell behind"))
	}
	s.signal()
}

func (s *Stream) finish(end error) {
	s.lock.Lock()
	if s.end == nil {
		s.end = end
	}
	s.lock.Unlock()
	s.signal()
}

func (s *Stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (c *Conn) forget(stream *Stream) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	_, known := c.streams[stream.id]
	delete(c.streams, stream.id)
	return known
}

func (c *Conn) frame(id uint32, kind, flags byte, data []byte) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.queue(id, kind, flags, data)
}

// queue has a frame written behind those before it. It is called with the lock.
func (c *Conn) queue(id uint32, kind, flags byte, data []byte) error {
	if c.lost != nil {
		return c.lost
	}
	if len(data) > dataBytesMax {
		return status.Error(codes.ResourceExhausted, "the message is larger than a frame may be")
	}
	if c.unsentBytes+headerBytes+len(data) > unsentBytes {
		return status.Error(codes.ResourceExhausted, "the server reads too slowly")
	}
	header := make([]byte, headerBytes, headerBytes+len(data))
	binary.BigEndian.PutUint32(header, uint32(len(data)))
	binary.BigEndian.PutUint32(header[4:], id)
	header[8], header[9] = kind, flags
	c.unsent = append(c.unsent, append(header, data...))
	c.unsentBytes += headerBytes + len(data)
	c.wakeWriter()
	return nil
}

func (c *Conn) wakeWriter() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Conn) write() {
	for range c.wake {
		c.lock.Lock()
		frames, lost := c.unsent, c.lost
		c.unsent = nil
		c.lock.Unlock()
		if lost != nil {
			return
		}
		_ = c.inner.SetWriteDeadline(time.Now().Add(writeTimeMax))
		written, err := frames.WriteTo(c.inner)
		if err != nil {
			c.lose(status.Error(codes.Unavailable, "the connection was lost: "+err.Error()))
			return
		}
		c.lock.Lock()
		c.unsentBytes -= int(written)
		c.lock.Unlock()
	}
}

func (c *Conn) read() {
	header := make([]byte, headerBytes)
	for {
		if _, err := io.ReadFull(c.inner, header); err != nil {
			c.lose(status.Error(codes.Unavailable, "the connection was lost: "+err.Error()))
			return
		}
		length := binary.BigEndian.Uint32(header)
		if length > dataBytesMax {
			c.lose(status.Error(codes.Unavailable, "the server sent a frame over the limit"))
			return
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(c.inner, data); err != nil {
			c.lose(status.Error(codes.Unavailable, "the connection was lost: "+err.Error()))
			return
		}
		c.receive(binary.BigEndian.Uint32(header[4:]), header[8], header[9], data)
	}
}

func (c *Conn) receive(id uint32, kind, flags byte, data []byte) {
	c.lock.Lock()
	stream := c.streams[id]
	c.lock.Unlock()
	if stream == nil {
		return
	}
	switch kind {
	case typeResponse:
		c.forget(stream)
		var response ttrpc.Response
		if err := proto.Unmarshal(data, &response); err != nil {
			stream.finish(status.Error(codes.Internal, "malformed response envelope"))
			return
		}
		if response.Status != nil && response.Status.Code != 0 {
			stream.finish(status.ErrorProto((*spb.Status)(response.Status)))
			return
		}
		stream.deliver(response.Payload)
		stream.finish(io.EOF)
	case typeData:
		if flags&flagNoData == 0 {
			stream.deliver(data)
		}
		if flags&flagRemoteClosed != 0 {
			c.forget(stream)
			stream.finish(io.EOF)
		}
	}
}

func (c *Conn) lose(err error) {
	c.lock.Lock()
	if c.lost != nil {
		c.lock.Unlock()
		return
	}
	c.lost = err
	streams := c.streams
	c.streams = map[uint32]*Stream{}
	c.lock.Unlock()
	c.wakeWriter()
	for _, stream := range streams {
		stream.finish(err)
	}
	_ = c.inner.Close()
}
