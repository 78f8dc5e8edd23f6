package query

import (
	"slices"
	"strconv"
	"strings"
)

// statement is SQL under construction. Its text comes from this package alone; what
// people ask for is an argument.
type statement struct {
	dialect Dialect
	text    strings.Builder
	args    []any
}

// add appends text, in which each ? stands for the next argument.
func (s *statement) add(text string, args ...any) *statement {
	if s.dialect != Postgres {
		s.text.WriteString(text)
	} else {
		n := len(s.args)
		for i, part := range strings.Split(text, "?") {
			if i > 0 {
				n++
				s.text.WriteString("$" + strconv.Itoa(n))
			}
			s.text.WriteString(part)
		}
	}
	s.args = append(s.args, args...)
	return s
}

// addIf is add under a condition.
func (s *statement) addIf(condition bool, text string, args ...any) *statement {
	if condition {
		s.add(text, args...)
	}
	return s
}

// list returns placeholders for the values of an IN, and the values as arguments. An
// empty list is in nothing.
func list[T any](values []T) (string, []any) {
	if len(values) == 0 {
		return "(NULL)", nil
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return "(" + strings.Join(slices.Repeat([]string{"?"}, len(values)), ",") + ")", args
}
