// Command conformance-client makes the calls that the conformance runner asks for; see
// Interop/conformance/README.md. Unary calls go through containerd's own client.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"bfc/tenancy/client"
	_ "bfc/tenancy/v1"
	_ "grpc/health/v1"
	_ "ttrpc/testing/v1"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
	"google.golang.org/grpc/status"
)

type method struct {
	request, response reflect.Type
	isIdempotent      bool
}

var methods = map[string]method{}

func main() {
	unix := flag.String("unix", "", "")
	address := flag.String("tls", "", "")
	ca, cert, key := flag.String("ca", "", ""), flag.String("cert", "", ""), flag.String("key", "", "")
	// By the names they are registered under; gogo's registry cannot be listed.
	files := flag.String("files", "", "the files whose services are called, separated by commas")
	flag.Parse()
	for _, file := range strings.Split(*files, ",") {
		if err := learn(file); err != nil {
			fmt.Fprintln(os.Stderr, file, err)
			os.Exit(1)
		}
	}
	target := client.Unix(*unix)
	if *address != "" {
		target = client.TLS(*address, *ca, *cert, *key)
	}
	// Without a deadline means without, and not what the library would choose.
	tenancy := client.New(target, client.WithTimeout(0))
	defer tenancy.Close()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		fmt.Fprintln(out, answer(tenancy, strings.Split(lines.Text(), " ")))
		out.Flush()
	}
}

func learn(file string) error {
	packed := proto.FileDescriptor(file)
	if packed == nil {
		return nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(reader)
	if err != nil {
		return err
	}
	var found descriptor.FileDescriptorProto
	if err := proto.Unmarshal(raw, &found); err != nil {
		return err
	}
	for _, service := range found.Service {
		for _, one := range service.Method {
			// Idempotency levels are newer than this library: field 34 of the options.
			options := one.GetOptions().String()
			methods[found.GetPackage()+"."+service.GetName()+"/"+one.GetName()] = method{
				proto.MessageType(strings.TrimPrefix(one.GetInputType(), ".")),
				proto.MessageType(strings.TrimPrefix(one.GetOutputType(), ".")),
				strings.Contains(options, "idempotency") || strings.Contains(options, "34:"),
			}
		}
	}
	return nil
}

func fresh(kind reflect.Type) proto.Message {
	return reflect.New(kind.Elem()).Interface().(proto.Message)
}

func unhex(text string) []byte {
	if text == "." || text == "-" {
		return nil
	}
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func answer(tenancy *client.Client, fields []string) string {
	kind, service, name := fields[0], fields[1], fields[2]
	found, ok := methods[service+"/"+name]
	if !ok {
		found = methods["ttrpc.testing.v1.EchoService/Unary"]
	}
	ctx := context.Background()
	if ms, _ := strconv.Atoi(fields[3]); ms > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
		defer cancel()
	}
	cancelAfter, _ := strconv.Atoi(fields[4])
	md := ttrpc.MD{}
	if fields[5] != "-" {
		for _, pair := range strings.Split(fields[5], ",") {
			parts := strings.Split(pair, "=")
			k := string(unhex(parts[0]))
			md[k] = append(md[k], string(unhex(parts[1])))
		}
		ctx = ttrpc.WithMetadata(ctx, md)
	}
	var requests []proto.Message
	if fields[6] != "-" {
		for _, body := range strings.Split(fields[6], ",") {
			request := fresh(found.request)
			if err := proto.Unmarshal(unhex(body), request); err != nil {
				panic(err)
			}
			requests = append(requests, request)
		}
	}
	responses, err := call(ctx, tenancy, kind, service, name, found, requests, cancelAfter)
	return report(responses, err)
}

var errGivenUp = errors.New("given up")

func call(
	ctx context.Context, tenancy *client.Client, kind, service, name string, found method,
	requests []proto.Message, cancelAfter int,
) (responses []proto.Message, err error) {
	if kind == "unary" {
		response := fresh(found.response)
		err = tenancy.Call(
			ctx, service, name, client.Safety(found.isIdempotent), requests[0], response)
		if err != nil {
			return nil, err
		}
		return []proto.Message{response}, nil
	}
	var first proto.Message
	if kind == "server" {
		first, requests = requests[0], nil
	}
	stream, err := tenancy.Open(ctx, service, name, first)
	if err != nil {
		return nil, err
	}
	defer stream.Cancel()
	for _, request := range requests {
		if err := stream.Send(request); err != nil {
			return responses, err
		}
		if kind != "bidi" {
			continue
		}
		response := fresh(found.response)
		if err := stream.Recv(response); err != nil {
			return responses, err
		}
		responses = append(responses, response)
		if len(responses) == cancelAfter {
			return responses, errGivenUp
		}
	}
	if cancelAfter == 0 {
		if err := stream.CloseSend(); err != nil {
			return responses, err
		}
	}
	for {
		response := fresh(found.response)
		err := stream.Recv(response)
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

func report(responses []proto.Message, err error) string {
	code, message, details := 0, "-", "-"
	if errors.Is(err, errGivenUp) {
		code = 1
	} else if err != nil {
		got := status.Convert(err)
		code = int(got.Code())
		if got.Message() != "" {
			message = hex.EncodeToString([]byte(got.Message()))
		}
		var parts []string
		for _, detail := range got.Proto().Details {
			parts = append(parts, hex.EncodeToString([]byte(detail.TypeUrl))+"="+
				hex.EncodeToString(detail.Value))
		}
		if len(parts) > 0 {
			details = strings.Join(parts, ",")
		}
	}
	bodies := []string{}
	for _, response := range responses {
		data, err := proto.Marshal(response)
		if err != nil {
			panic(err)
		}
		body := hex.EncodeToString(data)
		if body == "" {
			body = "."
		}
		bodies = append(bodies, body)
	}
	if len(bodies) == 0 {
		bodies = []string{"-"}
	}
	return fmt.Sprintf("%d %s %s %s", code, message, details, strings.Join(bodies, ","))
}
