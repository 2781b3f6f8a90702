package client

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	_ "google/rpc"

	"github.com/gogo/protobuf/jsonpb"
	"github.com/gogo/protobuf/proto"
)

type vector struct {
	Type string          `json:"type"`
	JSON json.RawMessage `json:"json"`
	Hex  string          `json:"hex"`
}

// The messages of Interop/vectors as JSON and as bytes, in the generated types.
func TestJSONAndBytesAreTheSameMessage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "..", "vectors", "methods", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("there are no vectors", err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "grpc.reflection.") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var calls []struct{ Requests, Responses []vector }
		if err := json.Unmarshal(text, &calls); err != nil {
			t.Fatal(file, err)
		}
		for _, call := range calls {
			for _, one := range append(call.Requests, call.Responses...) {
				check(t, one)
			}
		}
	}
}

func check(t *testing.T, one vector) {
	kind := proto.MessageType(one.Type)
	if kind == nil {
		t.Fatal(one.Type, "is not registered")
	}
	data, err := hex.DecodeString(one.Hex)
	if err != nil {
		t.Fatal(err)
	}
	fromBytes := reflect.New(kind.Elem()).Interface().(proto.Message)
	fromJSON := reflect.New(kind.Elem()).Interface().(proto.Message)
	if err := proto.Unmarshal(data, fromBytes); err != nil {
		t.Fatal(one.Type, err)
	}
	// This library writes a field mask as any other message, and not as its proto3 JSON: a string.
	if _, hasMask := kind.Elem().FieldByName("UpdateMask"); hasMask {
		return
	}
	err = jsonpb.Unmarshal(bytes.NewReader(one.JSON), fromJSON)
	// Nor does it read durations of more than 292 years, which is what Go's own can hold.
	isTooLong := err != nil && strings.Contains(err.Error(), "bad Duration: time: invalid duration")
	if err != nil && !isTooLong {
		t.Fatal(one.Type, err)
	}
	if !isTooLong && !proto.Equal(fromBytes, fromJSON) {
		t.Errorf("%s: read from JSON %v, from bytes %v", one.Type, fromJSON, fromBytes)
	}
	text, err := new(jsonpb.Marshaler).MarshalToString(fromBytes)
	if err != nil {
		t.Fatal(one.Type, err)
	}
	var wanted, got any
	if json.Unmarshal(one.JSON, &wanted) != nil || json.Unmarshal([]byte(text), &got) != nil {
		t.Fatal(one.Type, text)
	}
	if !reflect.DeepEqual(wanted, got) {
		t.Errorf("%s: written as %s, wanted %s", one.Type, text, one.JSON)
	}
}
