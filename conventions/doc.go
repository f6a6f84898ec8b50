// Package conventions has no code. Its tests hold the repository to its own
// rules: who may import whom, and which library is used where; that everything
// exported is documented; the style that a tool does not check; that documents
// quote real code and link to files that exist; and that the program, built and
// run as a user does, leaves the files that it promises.
//
// Each rule is a function from packages to complaints, so that every one of
// them is also tried on code that breaks it (see TestRulesBite).
package conventions
