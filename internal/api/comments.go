package api

import (
	"io"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/format"
)

// The bounds of how many comments an answer has.
const (
	DefaultComments = 100
	MaxComments     = 1_000
)

// Comments are what people have said, the oldest first. Nothing of it is ever changed or
// removed, so that a place in the list stays.
type Comments struct {
	Head
	// How many there are of what is chosen.
	Total int `json:"total"`
	// How many come before the first of this answer.
	Offset int `json:"offset"`
	// The offset to go on with; null where these are the last.
	Next     *int      `json:"next"`
	Comments []Comment `json:"comments"`

	shown []comment.Comment
}

// Comment is what a person said about something.
type Comment struct {
	// The moment, by planwatch's clock.
	Time time.Time `json:"time"`
	// Who said it.
	Author string `json:"author"`
	// What it is about: a key figure, a target, or an event.
	About comment.Subject `json:"about"`
	// What was said; it may have several lines.
	Text string `json:"text"`
}

// NewComments answers with some of all comments that are chosen: those from offset on, at
// most limit.
func NewComments(head Head, all []comment.Comment, offset, limit int) Comments {
	from := min(offset, len(all))
	to := min(from+limit, len(all))
	answer := Comments{Head: head, Total: len(all), Offset: offset, Comments: []Comment{}, shown: all[from:to]}
	for _, c := range answer.shown {
		answer.Comments = append(answer.Comments, Comment{c.Time, c.Author, c.About, c.Text})
	}
	if from < to && to < len(all) {
		answer.Next = &to
	}
	return answer
}

// Write writes the comments in a format of theirs that is for programs.
func (c Comments) Write(w io.Writer, f format.Format) error {
	return comment.Write(w, c.shown, f, nil)
}
