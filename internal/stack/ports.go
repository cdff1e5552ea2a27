package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// portsAreFree checks that nothing listens on the ports that the stack is to have. The
// error names those that are in use.
func (o Options) portsAreFree(ctx context.Context) error {
	parts := []struct {
		name string
		port int
	}{{"planwatch", o.PlanwatchPort}, {"Prometheus", o.PrometheusPort}, {"Alertmanager", o.AlertmanagerPort}}
	if !o.Sample && o.Warehouse == "" {
		parts = append(parts, struct {
			name string
			port int
		}{"MariaDB", o.MariaDBPort})
	}
	var taken []string
	for _, part := range parts {
		if part.port == 0 {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(part.port)))
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			taken = append(taken, fmt.Sprintf("%d (%s)", part.port, part.name))
			continue
		case err == nil:
			err = listener.Close()
		}
		if err != nil {
			return fmt.Errorf("port %d (%s): %w", part.port, part.name, err)
		}
	}
	switch len(taken) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("port %s is in use: a stack, or something else, runs there already; end it first", taken[0])
	}
	return fmt.Errorf("ports %s are in use: a stack, or something else, runs there already; end it first", strings.Join(taken, ", "))
}
