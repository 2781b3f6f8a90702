// Command conformance-client makes the calls that the conformance runner asks for; see
// Interop/conformance/README.md. Unary calls go through containerd's own client.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"bfc/tenancy/client"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/status"
)

func main() {
	unix := flag.String("unix", "", "")
	address := flag.String("tls", "", "")
	ca, cert, key := flag.String("ca", "", ""), flag.String("cert", "", ""), flag.String("key", "", "")
	flag.Parse()
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
	call, ok := typedCalls[service+"/"+name]
	if !ok {
		call = echo(kind, service, name)
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
	var requests [][]byte
	if fields[6] != "-" {
		for _, body := range strings.Split(fields[6], ",") {
			requests = append(requests, unhex(body))
		}
	}
	return report(call(ctx, tenancy, requests, cancelAfter))
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
