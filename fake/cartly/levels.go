package cartly

import (
	"errors"
	"net/url"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Level is the stock of a variant at a location. Reserved and Incoming are
// changed by the test only: orders move no stock (reading CL-39).
type Level struct {
	VariantID  string `json:"variant_id"`
	LocationID string `json:"location_id"` // the shop's default one, unless set
	Available  int    `json:"available"`
	Reserved   int    `json:"reserved"`
	Incoming   int    `json:"incoming"`
}

// Levels are the stock of a shop, by variant and location. A location that a
// level is added at belongs to the shop from then on. No change of a level emits
// an event, but for AdjustInventory with WithExtraEvents.
type Levels struct {
	records *fake.Collection[string, levelRecord]
	shop    *ShopHandle
}

// levelRecord is a level as it is stored.
type levelRecord struct {
	Level
	key string
}

func newLevel(v Level) levelRecord {
	return levelRecord{v, levelKey(v.VariantID, v.LocationID)}
}

// levelKey is one text for two ids, whatever stands in them.
func levelKey(variantID, locationID string) string {
	return url.PathEscape(variantID) + "/" + url.PathEscape(locationID)
}

// A location is where stock is kept.
type location struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (t *ShopHandle) newLevels() *Levels {
	return &Levels{shop: t, records: fake.NewCollection(t.engine, fake.Spec[string, levelRecord]{
		Name: "levels",
		Key:  func(v *levelRecord) *string { return &v.key },
		Fill: func(v *levelRecord, _ time.Time) {
			if v.LocationID == "" {
				v.LocationID = t.location
			}
			if t.server.holder(locationID, v.LocationID) == nil {
				t.locations.Insert(nil, location{ID: v.LocationID})
			}
			*v = newLevel(v.Level)
		},
		Illegal: func(v levelRecord) error {
			switch {
			case v.VariantID == "":
				return errors.New("a level needs a variant")
			case v.key != newLevel(v.Level).key:
				return errors.New("variant and location of a level cannot be changed")
			case !t.hasLocation(v.LocationID):
				return t.elsewhere(locationID, v.LocationID)
			}
			return t.elsewhere(variantID, v.VariantID)
		},
		Index: map[string]func(*levelRecord, func(string)){
			byVariant: func(v *levelRecord, add func(string)) { add(v.VariantID) },
		},
	})}
}

func (t *ShopHandle) newLocations() *fake.Collection[string, location] {
	return fake.NewCollection(t.engine, fake.Spec[string, location]{
		Name:    "locations",
		Key:     func(l *location) *string { return &l.ID },
		NextKey: func() string { return t.server.newID(locationID) },
	})
}

// Add stores a level. A pair of variant and location that has one is a mistake of
// the test.
func (l *Levels) Add(v Level) Level { return l.follow(l.records.Add(levelRecord{Level: v})) }

// Change changes a level, but not its variant or location. A level that is not
// there is a mistake of the test.
func (l *Levels) Change(variantID, locationID string, f func(*Level)) Level {
	return l.follow(l.records.Change(levelKey(variantID, locationID), func(v *levelRecord) { f(&v.Level) }))
}

// Remove takes a level away. One that is not there is a mistake of the test.
func (l *Levels) Remove(variantID, locationID string) {
	l.records.Remove(levelKey(variantID, locationID))
	l.follow(levelRecord{Level: Level{VariantID: variantID}})
}

// Get gives a copy of a level, and whether there is one.
func (l *Levels) Get(variantID, locationID string) (Level, bool) {
	v, is := l.records.Get(levelKey(variantID, locationID))
	return v.Level, is
}

// All gives copies of the levels, by variant and then by location.
func (l *Levels) All() []Level {
	var all []Level
	l.records.Each(func(v levelRecord) bool { all = append(all, v.Level); return true })
	return all
}

// Len is the number of levels.
func (l *Levels) Len() int { return l.records.Len() }

// Quiet is the same collection: a level that a test changes causes no event.
func (l *Levels) Quiet() *Levels { return l }

// follow keeps the variant's product in step with a level that was changed.
func (l *Levels) follow(changed levelRecord) Level {
	l.shop.server.Locked(func() { l.shop.recount(nil, changed.VariantID) })
	return changed.Level
}

// of are the keys of a variant's levels.
func (l *Levels) of(variantID string) []string { return l.records.Lookup(byVariant, variantID) }

// inventory is the sum of what is available of a variant.
func (t *ShopHandle) inventory(variantID string) int {
	sum := 0
	for _, key := range t.Levels.of(variantID) {
		level, _ := t.Levels.records.Find(key)
		sum += level.Available
	}
	return sum
}

// recount brings the inventory of a variant into its product.
func (t *ShopHandle) recount(c *fake.Call, variantID string) {
	for _, id := range t.Products.Lookup(byVariant, variantID) {
		product, _ := t.Products.Find(id)
		for i := range product.Variants {
			if v := &product.Variants[i]; v.ID == variantID {
				v.Inventory = t.inventory(variantID)
			}
		}
		t.silent = true
		t.Products.Update(c, product)
		t.silent = false
	}
}

// hasVariant tells whether there is a product or a level with a variant.
func (t *ShopHandle) hasVariant(id string) bool {
	return len(t.Products.Lookup(byVariant, id)) > 0 || len(t.Levels.of(id)) > 0
}

func (t *ShopHandle) hasLocation(id string) bool {
	_, err := t.locations.Find(id)
	return err == nil
}

// AddLocation makes a further place for stock and gives its id.
func (t *ShopHandle) AddLocation(name string) string {
	return t.locations.Add(location{Name: name}).ID
}
