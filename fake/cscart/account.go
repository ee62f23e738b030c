package cscart

import (
	"errors"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The privileges of a user of the API that carts ask for (reading CC-12).
const (
	ViewUsers   fake.Scope = "view_users"
	ManageUsers fake.Scope = "manage_users"
)

// An APIUser may call the API, with e-mail and key as Basic credentials. It is
// not to be mixed up with User, the owner of a cart.
type APIUser struct {
	Email      string // compared without regard to case
	Key        string
	Privileges []fake.Scope // ViewUsers, ManageUsers; nil: all
	Kind       Kind         // "": Admin
	Disabled   bool         // its credentials are refused
}

// A Kind is what sort of user somebody is in the shop.
type Kind string

// The kinds of users. Vendors and customers have no privileges, so carts are
// 403 for them.
const (
	Admin    Kind = "admin"
	Vendor   Kind = "vendor"
	Customer Kind = "customer"
)

func (u APIUser) check() error {
	if u.Email == "" || u.Key == "" || trim(u.Email) != u.Email || trim(u.Key) != u.Key || strings.Contains(u.Email, ":") {
		return errors.New("want an e-mail without colon and a key, both without white space around them")
	}
	var wrong error
	for _, p := range u.Privileges {
		wrong = errors.Join(wrong, oneOf(p, ViewUsers, ManageUsers))
	}
	return errors.Join(wrong, oneOf(u.Kind, "", Admin, Vendor, Customer))
}

// scopes are what the user may do.
func (u APIUser) scopes() []fake.Scope {
	switch {
	case u.Kind == Vendor || u.Kind == Customer:
		return nil
	case u.Privileges == nil:
		return []fake.Scope{ViewUsers, ManageUsers}
	}
	return u.Privileges
}

func (s *settings) apiUsers() []APIUser {
	return append([]APIUser{s.account}, s.users...)
}

// callers are the users of the API by folded e-mail, with the keys that they are
// to give; who is disabled is not among them.
type callers map[string]caller

type caller struct {
	key string
	fake.Caller
}

func (s *settings) callers() callers {
	all := callers{}
	for _, u := range s.apiUsers() {
		if !u.Disabled {
			all[fold(u.Email)] = caller{u.Key, fake.Caller{Key: u.Email, Scopes: u.scopes()}}
		}
	}
	return all
}

// Email is the e-mail address of the first user, the user name of Basic
// authentication.
func (s *Server) Email() string { return s.settings.account.Email }

// APIKey is the first user's key, the password of Basic authentication.
func (s *Server) APIKey() string { return s.settings.account.Key }

// auth is the beginning of each call: the shop's own words for what lies outside
// the API (reading CC-33), then the caller, then the answer to OPTIONS.
func (s *Server) auth(c *fake.Call) (fake.Caller, error) {
	if s.settings.httpsOnly && !c.Secure() {
		return fake.Caller{}, &fake.Error{Kind: fake.OutOfScope, Texts: []string{textHTTPS}}
	}
	if a := s.address(c.Request); a.outside {
		return fake.Caller{}, &fake.Error{Kind: fake.NoRoute}
	}
	who, err := s.caller(c)
	if err == nil && s.method(c) == "OPTIONS" {
		c.Answer(fake.Reply{Status: 200, Header: s.header, Body: []byte(`""`)})
	}
	return who, err
}

// caller knows a user of the API by Basic credentials, white space around both
// of them aside. All that is wrong with them is answered alike (reading CC-12).
func (s *Server) caller(c *fake.Call) (fake.Caller, error) {
	sent := c.Header("Authorization")
	if sent != "" && sent == s.lastSent {
		return s.lastCaller, nil
	}
	email, key, _ := c.Basic()
	if email, key = trim(email), trim(key); email != "" && key != "" {
		if who, known := s.callers[fold(email)]; known && who.key == key {
			s.lastSent, s.lastCaller = sent, who.Caller
			return who.Caller, nil
		}
	}
	return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
}

// may tells whether the caller of a call has a privilege.
func may(c *fake.Call, scope fake.Scope) bool { return slices.Contains(c.Caller.Scopes, scope) }
