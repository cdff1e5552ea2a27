package web

import (
	"net/http"

	"planwatch/internal/comment"
	"planwatch/internal/format"
)

// serveCommentsCSV writes all comments, the oldest first.
func (b *board) serveCommentsCSV(w http.ResponseWriter, _ *http.Request) {
	if b.content.Comments == nil {
		http.Error(w, "comments are not kept, since the storage cannot be written to", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="comments.csv"`)
	_ = comment.Write(w, b.content.Comments.All(), format.CSV, nil)
}
