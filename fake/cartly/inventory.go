package cartly

import (
	"math"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// adjustInventory answers PUT /apps/api/inventory/{variant_id}: quantity sets
// what is available, adjustment adds to it ("API Endpoints", reading CL-17). What
// is reserved or incoming never changes by the API (reading CL-39).
func (s *Server) adjustInventory(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, "quantity", "adjustment", "location_id")
	if err != nil {
		return fake.Reply{}, err
	}
	t, variant := shopOf(c), c.Param("variant_id")
	if !t.hasVariant(variant) {
		return fake.Reply{}, unknown("variant")
	}
	level, err := s.adjusted(t, variant, given)
	if err != nil {
		return fake.Reply{}, err
	}
	if err := refused(c, refusedVariant+variant); err != nil {
		return fake.Reply{}, err
	}
	if kept, thinned := withoutDropped(c, given); thinned && !kept.given("quantity") && !kept.given("adjustment") {
		level = t.level(variant, level.LocationID)
	}
	record := newLevel(level)
	if _, err := t.Levels.records.Find(record.key); err == nil {
		t.Levels.records.Update(c, record)
	} else {
		t.Levels.records.Insert(c, record)
	}
	t.recount(c, variant)
	wire := encodeLevel(level, t.inventory(variant))
	if s.settings.extraEvents {
		t.emit(inventoryUpdated, wire)
	}
	return jsonReply(http.StatusOK, wire), nil
}

// adjusted is the level as it is to become, or the first thing that is wrong with
// the request.
func (s *Server) adjusted(t *ShopHandle, variant string, given fields) (Level, error) {
	key, sets := "quantity", given.given("quantity")
	if sets == given.given("adjustment") {
		return Level{}, invalid("exactly one of quantity and adjustment is required")
	}
	if !sets {
		key = "adjustment"
	}
	n, whole := integer(given[key])
	if !whole {
		return Level{}, invalid(key + " must be an integer")
	}
	at := t.location
	if given.given("location_id") {
		at = fake.Text(given["location_id"])
		if given["location_id"].Type != gjson.String || !t.hasLocation(at) {
			return Level{}, invalid("location_id is unknown")
		}
	}
	level := t.level(variant, at)
	if sets && !s.settings.quantityAsDelta {
		level.Available = 0
	}
	if n > 0 && int64(level.Available) > math.MaxInt-n || n < 0 && int64(level.Available) < math.MinInt-n {
		return Level{}, invalid(key + " must be an integer") // of those that can be counted
	}
	if level.Available += int(n); level.Available < 0 && !s.settings.negativeStock { // reading CL-18
		return Level{}, invalid("available must not be negative")
	}
	return level, nil
}

// level is the stock of a variant at a location. One that is not there is zero.
func (t *ShopHandle) level(variantID, locationID string) Level {
	if stored, err := t.Levels.records.Find(levelKey(variantID, locationID)); err == nil {
		return stored.Level
	}
	return Level{VariantID: variantID, LocationID: locationID}
}

func encodeLevel(v Level, inventory int) []byte {
	b := appendText([]byte{'{'}, "variant_id", v.VariantID)
	b = appendText(b, "location_id", v.LocationID)
	b = appendNumber(b, "available", v.Available)
	b = appendNumber(b, "reserved", v.Reserved)
	b = appendNumber(b, "incoming", v.Incoming)
	return append(appendNumber(b, "inventory", inventory), '}')
}
