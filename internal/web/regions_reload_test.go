package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"planwatch/config"
	"planwatch/internal/web"
)

// A reload of many regions is answered, also when it takes longer than other answers may.
func TestALongReloadIsAnswered(t *testing.T) {
	const most = 20 * time.Millisecond
	settings := config.Web{ListenAddress: []string{"127.0.0.1:0"}, MaxConnections: config.DefaultService().Web.MaxConnections}
	regions := web.NewRegions(settings, []string{"north"}, web.Process{
		Metrics: http.NotFoundHandler(), Registry: prometheus.NewRegistry(),
		ReloadAll: func(ctx context.Context) error {
			long, cancel := context.WithTimeout(ctx, 5*most)
			defer cancel()
			<-long.Done()
			return ctx.Err()
		},
	}, slog.New(slog.DiscardHandler))
	server, err := web.ListenRegions(t.Context(), regions)
	if err != nil {
		t.Fatal(err)
	}
	server.Hurry(most)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	t.Cleanup(func() {
		if err := errors.Join(server.Shutdown(context.Background()), <-ended); err != nil {
			t.Error(err)
		}
	})
	if answer, body := get(t, http.MethodPost, server.URLs()[0]+"/-/reload", nil); answer.StatusCode != http.StatusOK || string(body) != "configuration reloaded.\n" {
		t.Errorf("%s\n%s", answer.Status, body)
	}
}
