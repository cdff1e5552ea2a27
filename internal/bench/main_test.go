package bench_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// floorOf is the variable that makes this program the floor: the directory with a
// file for each answer.
const floorOf = "PLANWATCH_BENCH_FLOOR"

func TestMain(m *testing.M) {
	if directory := os.Getenv(floorOf); directory != "" {
		panic(serveFloor(directory))
	}
	m.Run()
}

// serveFloor answers with the files of a directory, kept in memory, on a port of its
// own, which it prints. It goes on until it is ended.
func serveFloor(directory string) error {
	files, err := filepath.Glob(filepath.Join(directory, "*"))
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		mux.HandleFunc("GET /"+filepath.Base(file), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			_, _ = w.Write(body)
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr())
	return http.Serve(listener, mux)
}
