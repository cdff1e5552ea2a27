package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"planwatch/config"
	"planwatch/internal/comment"
	"planwatch/internal/format"
	"planwatch/internal/report"
)

// commentsOfAPage is how many comments a page of all has, so that it stays small with the
// longest that there may be.
const commentsOfAPage = 20

// allCommentsView holds the page of all comments, the newest first.
type allCommentsView struct {
	page
	Problem, NoComments string
	Comments            []commentView
	// Former and Next are the pages with the comments after and before, and Paged says which
	// these are.
	Former, Next, Paged string
}

// commentView is a comment with a link to what it is about.
type commentView struct {
	historyView
	About, URL string
}

// showAllComments writes the page of all comments, after what went wrong.
func (b *board) showAllComments(w http.ResponseWriter, r *http.Request, current *report.Report, wrong mishap) {
	p := b.page(r, "comments", current)
	l, zone := p.Lang, current.At.Location()
	view := allCommentsView{page: p, Problem: wrong.problem}
	view.Heading = l.Say("Comments")
	view.at(b.now(zone))
	number := 1
	if asked, err := strconv.Atoi(r.URL.Query().Get(fieldPage)); err == nil && asked > 1 {
		number = asked
	}
	address := func(number int, language string) string {
		query := url.Values{}
		if number > 1 {
			query.Set(fieldPage, strconv.Itoa(number))
		}
		if language != "" {
			query.Set(config.LanguageQuery, language)
		}
		return view.Root + "comments?" + query.Encode()
	}
	view.Choice = choiceWords(nil, number, l)
	if p.Other != nil {
		view.OtherURL = address(number, p.Other.Code())
	}
	if b.content.Comments == nil {
		view.NoComments = l.Say("Comments are not kept, since the storage cannot be written to.")
		b.renderStatus(w, wrong.code, "allcomments", l, view)
		return
	}
	all := b.content.Comments.All()
	slices.Reverse(all)
	if len(all) > 0 {
		from := min((number-1)*commentsOfAPage, (len(all)-1)/commentsOfAPage*commentsOfAPage)
		to := min(from+commentsOfAPage, len(all))
		if len(all) > commentsOfAPage {
			view.Paged = l.Say("%d–%d of %d", from+1, to, len(all))
		}
		if from > 0 {
			view.Former = address(from/commentsOfAPage, p.Asked)
		}
		if to < len(all) {
			view.Next = address(from/commentsOfAPage+2, p.Asked)
		}
		for _, c := range all[from:to] {
			view.Comments = append(view.Comments, b.viewComment(p, current, c))
		}
	}
	b.renderStatus(w, wrong.code, "allcomments", l, view)
}

func (b *board) viewComment(p page, current *report.Report, c comment.Comment) commentView {
	l := p.Lang
	view := commentView{historyView: historyView{Moment: momentOf(b.content.Clock.At(c.Time).In(current.At.Location()), l), Who: format.Cell(c.Author), What: l.Say("commented"), Text: c.Text}}
	switch names := eventLabels(current.Region); {
	case len(c.About.Event) == 0:
		view.About, view.URL = bounded(titleOf(current, c.About, l), shownWords), kpiAbout(current, c.About, p.Asked)
		if c.About.Target != "" {
			if rows := rowsAbout(current, c.About, l); len(rows) == 1 {
				view.About += " · " + rows[0]
			}
		}
	case names == nil:
		view.About = bounded(c.About.String(), shownWords)
	default:
		e := eventOf(names, func(name string) string { return c.About.Event[name] })
		view.About, view.URL = e.name(current.Region, l), e.address(p.Asked)
	}
	if view.URL != "" {
		view.URL = p.Root + view.URL
	}
	return view
}
