package cartfunnel

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option fixes something about a server for its life: one of this package,
// or one that all fakes share (fake.At, fake.Frozen, fake.Strict).
type Option = fake.Option

// settings are what the options decide.
type settings struct {
	account, secret string

	form                   form
	contentType            string
	echo                   Echo
	echoedUpdatedAt        EchoedUpdatedAt
	persistedFalseOnUpdate bool

	createdStatus         int
	unknownRecord         int
	methodNotAllowed      bool
	missingWrapperRefused bool
	forbiddenType         string
	forbiddenBody         []byte
	otherTexts            map[string]string

	pathAlias   bool
	newestFirst bool
	pageSize    int
}

func defaults() settings {
	return settings{
		account:         "myshop",
		secret:          "your_api_secret",
		form:            form{zone: time.FixedZone("", -5*60*60), unsavedKeys: Null},
		contentType:     "application/json; charset=utf-8",
		echo:            Attempted,
		echoedUpdatedAt: AttemptTime,
		createdStatus:   http.StatusOK,
		unknownRecord:   http.StatusNotFound,
		pageSize:        100,
	}
}

func option(name string, set func(*settings)) Option {
	return fake.Setting(name, func(s *settings) error { set(s); return nil })
}

// WithAccount names the first account and its secret, which has both
// permissions. The account is the bare subdomain ("Getting started").
func WithAccount(name, secret string) Option {
	return fake.Setting("WithAccount", func(s *settings) error {
		if name == "" || secret == "" {
			return errors.New("no request can carry an empty account or secret")
		}
		s.account, s.secret = name, secret
		return nil
	})
}

// WithZone prints times in a zone instead of at the fixed offset -05:00
// (reading CF-22).
func WithZone(zone *time.Location) Option {
	return fake.Setting("WithZone", func(s *settings) error {
		if zone == nil {
			return errors.New("no zone")
		}
		s.form.zone = zone
		return nil
	})
}

// WithNativeBooleans sends true and false, the types of the document's table,
// instead of the quoted words of its samples (reading CF-1).
func WithNativeBooleans() Option {
	return option("WithNativeBooleans", func(s *settings) { s.form.nativeBooleans = true })
}

// WithNullLastOrder sends a real null where there is no last order, instead of
// the quoted word (reading CF-2).
func WithNullLastOrder() Option {
	return option("WithNullLastOrder", func(s *settings) { s.form.nullLastOrder = true })
}

// WithNullNames sends null for an empty first or last name (reading CF-23).
func WithNullNames() Option {
	return option("WithNullNames", func(s *settings) { s.form.nullNames = true })
}

// WithTagListShown sends tag_list, after last_order_id; by default it can only
// be written (reading CF-14).
func WithTagListShown() Option {
	return option("WithTagListShown", func(s *settings) { s.form.tagListShown = true })
}

// WithContentType answers with another media type than application/json, as the
// document allows: "text/json; charset=utf-8" (reading CF-16).
func WithContentType(value string) Option {
	return fake.Setting("WithContentType", func(s *settings) error {
		if value == "" {
			return errors.New("every answer carries a media type")
		}
		s.contentType = value
		return headerValue(value)
	})
}

// UnsavedKeys is what a creation that was refused sends for id, created_at and
// updated_at.
type UnsavedKeys string

// The forms of a value that an unsaved record does not have.
const (
	Null       UnsavedKeys = "null"        // JSON null
	StringNull UnsavedKeys = "string-null" // the quoted word, as last_order_id has it
	Absent     UnsavedKeys = "absent"      // no such key
)

// WithUnsavedKeys spells the keys that a refused creation has no value for; the
// default is Null (reading CF-5).
func WithUnsavedKeys(form UnsavedKeys) Option {
	return fake.Setting("WithUnsavedKeys", func(s *settings) error {
		s.form.unsavedKeys = form
		return oneOf(form, Null, StringNull, Absent)
	})
}

// WithPersistedFalseOnUpdate says "false" on a refused update, as the document's
// prose has it; by default its sample wins, where a refused update says "true"
// beside the errors (reading CF-3).
func WithPersistedFalseOnUpdate() Option {
	return option("WithPersistedFalseOnUpdate", func(s *settings) { s.persistedFalseOnUpdate = true })
}

// Echo is which values the answer to a refused update shows.
type Echo string

// The values that can be echoed.
const (
	Attempted Echo = "attempt" // those that were not saved, as in the document's sample
	Stored    Echo = "stored"  // those that still hold
)

// WithEcho chooses the values in the answer to a refused update; the default is
// Attempted. A refused creation always echoes the attempt (reading CF-4).
func WithEcho(e Echo) Option {
	return fake.Setting("WithEcho", func(s *settings) error {
		s.echo = e
		return oneOf(e, Attempted, Stored)
	})
}

// EchoedUpdatedAt is which time of change the answer to a refused update shows.
type EchoedUpdatedAt string

// The times that can be echoed.
const (
	AttemptTime EchoedUpdatedAt = "attempt" // of the refused attempt, as in the document's sample
	StoredTime  EchoedUpdatedAt = "stored"  // of the last accepted write
)

// WithEchoedUpdatedAt chooses updated_at in the answer to a refused update; the
// default is AttemptTime (reading CF-4).
func WithEchoedUpdatedAt(e EchoedUpdatedAt) Option {
	return fake.Setting("WithEchoedUpdatedAt", func(s *settings) error {
		s.echoedUpdatedAt = e
		return oneOf(e, AttemptTime, StoredTime)
	})
}

// WithCreatedStatus answers a creation that was saved with 200, the default, or
// 201. A refused one stays 200 (reading CF-7).
func WithCreatedStatus(status int) Option {
	return fake.Setting("WithCreatedStatus", func(s *settings) error {
		s.createdStatus = status
		return oneOf(status, http.StatusOK, http.StatusCreated)
	})
}

// WithUnknownRecord answers for an id that the account does not have with 404,
// the default, or 403 (reading CF-8).
func WithUnknownRecord(status int) Option {
	return fake.Setting("WithUnknownRecord", func(s *settings) error {
		s.unknownRecord = status
		return oneOf(status, http.StatusNotFound, http.StatusForbidden)
	})
}

// WithMethodNotAllowed answers 405 with Allow, instead of 404, where the path
// exists and the method does not (reading CF-18).
func WithMethodNotAllowed() Option {
	return option("WithMethodNotAllowed", func(s *settings) { s.methodNotAllowed = true })
}

// WithMissingWrapperRefused answers a save without the wrapper "customer" as a
// refused save, with a 200, instead of with a 400 (reading CF-11).
func WithMissingWrapperRefused() Option {
	return option("WithMissingWrapperRefused", func(s *settings) { s.missingWrapperRefused = true })
}

// WithForbiddenBody replaces the body of every 403: by HTML, by nothing. An
// empty contentType keeps the usual header (reading CF-9).
func WithForbiddenBody(contentType, body string) Option {
	return fake.Setting("WithForbiddenBody", func(s *settings) error {
		s.forbiddenType, s.forbiddenBody = contentType, []byte(body)
		return headerValue(contentType)
	})
}

// WithErrorTexts replaces sentences of the API, default text to other text, so
// that clients that match them are found. Texts that a test gives to a refusal
// or a fault are left as they are (reading CF-13).
func WithErrorTexts(texts map[string]string) Option {
	return option("WithErrorTexts", func(s *settings) { s.otherTexts = maps.Clone(texts) })
}

// WithPathAlias answers at the paths without .json too, as the document's prose
// spells them (reading CF-10).
func WithPathAlias() Option {
	return option("WithPathAlias", func(s *settings) { s.pathAlias = true })
}

// WithNewestFirst lists customers by id descending (reading CF-15).
func WithNewestFirst() Option {
	return option("WithNewestFirst", func(s *settings) { s.newestFirst = true })
}

// WithPageSize lists n customers a page, 1 to 100, so that tests of paging need
// fewer records. The API itself has no such setting (reading CF-15).
func WithPageSize(n int) Option {
	return fake.Setting("WithPageSize", func(s *settings) error {
		if n < 1 || n > 100 {
			return fmt.Errorf("%d records a page; want 1 to 100", n)
		}
		s.pageSize = n
		return nil
	})
}

func oneOf[T comparable](given T, allowed ...T) error {
	for _, a := range allowed {
		if given == a {
			return nil
		}
	}
	return fmt.Errorf("%v; want one of %v", given, allowed)
}

func headerValue(value string) error {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return fmt.Errorf("not the value of a header: %q", value)
	}
	return nil
}
