package alertmanager

import (
	"context"
	"errors"
	"log/slog"
	"net/textproto"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// A recipient to which nobody tries to send any longer is not undelivered for ever.
func TestUndeliveredIsForgotten(t *testing.T) {
	to := recipient{Receiver: "ward", Kind: Webhook, File: "ward.url", Index: 7}
	d := openDeliveries(filepath.Join(t.TempDir(), "undelivered.json"), time.Second, slog.New(slog.DiscardHandler))
	interval := model.Duration(5 * time.Minute)
	d.only(map[string][]notify.Integration{"ward": {notify.NewIntegration(nil, nil, Webhook, 7, "ward")}}, &interval)
	d.record(to, errors.New("out of order"))
	now := time.Now()
	for after, want := range map[time.Duration]int{0: 1, 10 * time.Minute: 1, 12 * time.Minute: 0} {
		if got := d.list(now.Add(after)); len(got) != want {
			t.Errorf("after %s: %+v", after, got)
		}
	}
	if err := d.failing(now.Add(11*time.Minute - time.Second)); err == nil {
		t.Error("after eleven minutes of trying, the watchdog is told")
	}
	if err := d.failing(now.Add(time.Hour)); err != nil {
		t.Errorf("the watchdog is held back though nothing is tried: %v", err)
	}
}

// Whatever is in the file, planwatch starts.
func TestUndeliveredFile(t *testing.T) {
	future := time.Now().Add(time.Hour).Format(time.RFC3339)
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"nothing":         {"", 0},
		"half":            {`[{"recipient":{"receiver":"ward"`, 0},
		"of another type": {`{"recipient":1}`, 0},
		"of the future":   {`[{"recipient":{"receiver":"ward","kind":"email","file":"ward.tmpl","index":3},"since":"` + future + `","err":"x"}]`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "undelivered.json")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			all := openDeliveries(path, time.Second, slog.New(slog.DiscardHandler)).list(time.Now())
			if len(all) != tt.want {
				t.Fatalf("%+v", all)
			}
			for _, u := range all {
				if u.Since.After(time.Now()) || u.Receiver != "ward" || u.File != "ward.tmpl" {
					t.Errorf("%+v", u)
				}
			}
		})
	}
}

// What a server says may have the address in it.
func TestDiscreet(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errors.New("unexpected status code 500: http://gateway/?key=SECRET: no such number 0701234567"), "unexpected status code 500"},
		{&textproto.Error{Code: 550, Msg: "ola@example.org: no such user"}, "the mail server refuses it: code 550"},
		{errors.Join(errors.New("send"), &textproto.Error{Code: 421, Msg: "ola@example.org"}), "the mail server refuses it: code 421"},
		{errors.New("parse 'to' addresses: mail: invalid utf-8 in address: \"kari.hemmelig@example.org\""), "what the file of the address gives is no address of e-mail"},
		{errors.New("dial tcp 127.0.0.1:9: connection refused"), "dial tcp 127.0.0.1:9: connection refused"},
	} {
		if got := discreet(tt.err).Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if discreet(nil) != nil {
		t.Error("an error where there is none")
	}
}

// Messages of several events go to a recipient at the same time; only one that has been
// given up, and has not ended, holds up those after it.
func TestWithin(t *testing.T) {
	to := recipient{Receiver: "ward", Kind: Email}
	d := openDeliveries(filepath.Join(t.TempDir(), "undelivered.json"), 20*time.Second, slog.New(slog.DiscardHandler))
	const events = 5
	under, arrived, ended := make(chan struct{}, events), make(chan struct{}), make(chan error, events)
	for range events {
		go func() {
			_, err := d.within(t.Context(), to, func(context.Context) (bool, error) {
				under <- struct{}{}
				<-arrived
				return false, nil
			})
			ended <- err
		}()
	}
	for range events {
		<-under // all at the same time, or this waits for ever
	}
	close(arrived)
	for range events {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if retry, err := d.within(t.Context(), to, func(context.Context) (bool, error) { return false, errors.New("refused") }); retry || err == nil || err.Error() != "refused" {
		t.Errorf("%t, %v", retry, err)
	}

	d.timeout = time.Millisecond
	answers := make(chan struct{})
	silent := func(context.Context) (bool, error) { <-answers; return false, nil }
	if retry, err := d.within(t.Context(), to, silent); !retry || err == nil || err.Error() != "no answer within 1ms" {
		t.Errorf("%t, %v", retry, err)
	}
	called := false
	if retry, err := d.within(t.Context(), to, func(context.Context) (bool, error) { called = true; return false, nil }); !retry || err == nil || called {
		t.Errorf("beside one that is given up: %t, %v, sent %t", retry, err, called)
	}
	if _, err := d.within(t.Context(), recipient{Receiver: "other", Kind: Email}, func(context.Context) (bool, error) { return false, nil }); err != nil {
		t.Errorf("another recipient: %v", err)
	}
	close(answers)
	d.timeout = 20 * time.Second
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := d.within(t.Context(), to, func(context.Context) (bool, error) { return false, nil }); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the recipient is held up for ever")
		}
	}
}
