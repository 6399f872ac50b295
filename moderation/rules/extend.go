package rules

import (
	"slices"

	"earshot/configs/strict"
)

// extend adds to the word lists of used files what the files that use them add.
func (l *loader) extend(files []*File) {
	for _, f := range files {
		for _, more := range f.Added {
			list := f.usedList(more.Name)
			if list == nil {
				l.probs.Add(f.Name, more.Line, "", "add: no used file has a word list %q%s", strict.Shorten(more.Name),
					strict.DidYouMean(more.Name, f.usedLists()))
				continue
			}
			list.Words = append(list.Words, in(f, more.Words)...)
			list.Never = append(list.Never, in(f, more.Never)...)
		}
	}
}

// in names the file of entries, which end up in a list of another.
func in(f *File, entries []strict.Text) []strict.Text {
	out := slices.Clone(entries)
	for i := range out {
		out[i].File = f.Name
	}
	return out
}

// usedList is a word list of the files that a file uses, the latest first; nil: none has it.
func (f *File) usedList(name string) *List {
	for _, u := range slices.Backward(f.Used) {
		if l, _ := u.List(name); l != nil {
			return l
		}
	}
	return nil
}

// Uses reports whether a file that this one uses has a word list of a name.
func (f *File) Uses(list string) bool { return f.usedList(list) != nil }

// usedLists are the names of all word lists of the files that a file uses.
func (f *File) usedLists() (names []string) {
	for _, u := range f.Used {
		for _, l := range u.Words {
			names = append(names, l.Name)
		}
		names = append(names, u.usedLists()...)
	}
	return names
}
