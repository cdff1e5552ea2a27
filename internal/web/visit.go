package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
)

const (
	// pause is how long somebody is away before the next look is another visit.
	pause = 30 * time.Minute
	// remembered is how long a browser keeps the cookie.
	remembered = 400 * 24 * time.Hour
)

// visit is when a browser had the report: last, and at the end of the visit before
// this one. Moments are by the system's clock; a zero one is not known.
type visit struct{ last, before time.Time }

// visitOf reads the cookie. One that planwatch did not write is none.
func visitOf(r *http.Request) visit {
	cookie, err := r.Cookie(naming.VisitCookie)
	if err != nil {
		return visit{}
	}
	last, before, _ := strings.Cut(cookie.Value, ".")
	return visit{moment64(last), moment64(before)}
}

func moment64(text string) time.Time {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// now is the visit that goes on, or the next one.
func (v visit) now(now time.Time) visit {
	if now.Sub(v.last) > pause {
		v.before = v.last
	}
	v.last = now
	return v
}

// cookie is for the pages under a path.
func (v visit) cookie(r *http.Request, path string) *http.Cookie {
	text := strconv.FormatInt(v.last.Unix(), 10)
	if !v.before.IsZero() {
		text += "." + strconv.FormatInt(v.before.Unix(), 10)
	}
	//nolint:gosec // it is secure where the connection is, and holds no secret
	return &http.Cookie{
		Name: naming.VisitCookie, Value: text, Path: path, MaxAge: int(remembered / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	}
}

// news says how many alerts and comments are newer than the last visit; "" at the
// first.
func (b *board) news(w http.ResponseWriter, r *http.Request, current *report.Report, l *language.Language) string {
	seen := visitOf(r).now(time.Now())
	http.SetCookie(w, seen.cookie(r, b.content.path()))
	if seen.before.IsZero() {
		return ""
	}
	alerts, comments := 0, 0
	for _, alert := range b.content.Alerts().Alerts {
		if alert.State == naming.StateFiring && alert.Labels[naming.LabelSeverity] != naming.SeverityNone && alert.ActiveAt.After(seen.before) {
			alerts++
		}
	}
	var all []comment.Comment
	if b.content.Comments != nil {
		all = b.content.Comments.All()
	}
	for _, c := range all {
		if c.Time.After(seen.before) {
			comments++
		}
	}
	since := l.Moment(b.content.Clock.At(seen.before).In(current.At.Location()))
	if alerts == 0 && comments == 0 {
		return l.Say("Nothing new since you were here %s.", since)
	}
	return l.Say("Since you were here %s: %s, %s.", since, l.Say("%d new alerts", alerts), l.Say("%d new comments", comments))
}
