package scenarios

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
)

// tenantsOf are the names of the further tenants whose records a state has.
func tenantsOf(s *section) []string {
	var members struct{ Tenants map[string]json.RawMessage }
	if json.Unmarshal(s.body, &members) != nil {
		return nil // what is wrong with it is found where it is restored
	}
	return slices.Sorted(maps.Keys(members.Tenants))
}

// tenants makes the further tenants that the states name, and gives their
// credentials. Their secrets are made from their names. An API with one account
// has none; its fake refuses the state.
func (prog *program) tenants(of started) map[string]fake.Credentials {
	made := map[string]fake.Credentials{}
	for _, name := range prog.others {
		if made[name] == nil && of.addTenant != nil {
			made[name] = of.addTenant(name, "the-"+name+"-secret")
		}
	}
	return made
}

// tenant names the further tenant whose credentials a request has, "" for none.
func (r *Run) tenant(hr *http.Request) string {
	if r.prog.api.carries(hr.Header, r.started.credentials) {
		return ""
	}
	for name, credentials := range r.others {
		if r.prog.api.carries(hr.Header, credentials) {
			return name
		}
	}
	return ""
}
