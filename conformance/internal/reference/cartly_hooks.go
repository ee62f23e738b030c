package reference

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// A CartlyHook is a subscription of the app.
type CartlyHook struct {
	ID     string   `json:"id"`
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Active bool     `json:"active"`
}

// Hooks gives the subscriptions of the app.
func (c *Cartly) Hooks(ctx context.Context) ([]CartlyHook, error) {
	var all []CartlyHook
	for {
		query := url.Values{"limit": {"50"}}
		if len(all) > 0 {
			query.Set("offset", strconv.Itoa(len(all)))
		}
		got, err := c.send(ctx, cartlyRequest{method: http.MethodGet, path: "/webhooks", query: query})
		if err != nil {
			return nil, err
		}
		var w struct{ Webhooks *[]CartlyHook }
		if err := json.Unmarshal(got.body, &w); err != nil {
			return nil, cartlyReply(err)
		}
		if w.Webhooks == nil {
			return nil, cartlyReply("it is no list of subscriptions")
		}
		known := func(h CartlyHook) bool {
			return slices.ContainsFunc(all, func(o CartlyHook) bool { return o.ID == h.ID })
		}
		if fresh := slices.DeleteFunc(*w.Webhooks, known); len(fresh) > 0 {
			all = append(all, fresh...)
			continue
		}
		if c.bug.is("CLY-HOOK-07a") {
			for i := range all {
				all[i].Active = true
			}
		}
		return all, nil
	}
}

// Hook sees to it that url is told of these events. What was subscribed to at an
// earlier start is kept, unless it was switched off.
func (c *Cartly) Hook(ctx context.Context, to string, events []string) (string, error) {
	if !c.bug.is("CLY-HOOK-04a") {
		all, err := c.Hooks(ctx)
		if err != nil {
			return "", err
		}
		for _, h := range all {
			switch {
			case h.URL != to || !slices.Equal(slices.Sorted(slices.Values(h.Events)), slices.Sorted(slices.Values(events))):
			case h.Active:
				return h.ID, nil
			default:
				if err := c.Unhook(ctx, h.ID); err != nil {
					return "", err
				}
			}
		}
	}
	id, err := c.subscribe(ctx, to, events)
	if err != nil && c.bug.is("CLY-HOOK-05a") {
		return "", nil
	}
	return id, err
}

// subscribe registers one subscription and gives its id.
func (c *Cartly) subscribe(ctx context.Context, to string, events []string) (string, error) {
	body := map[string]any{"url": to, "events": events}
	if c.bug.is("CLY-HOOK-01a") {
		body = map[string]any{"url": to, "event": events[0]}
	}
	if i := slices.Index(events, "order.canceled"); i >= 0 && c.bug.is("CLY-HOOK-02a") {
		events = slices.Clone(events)
		events[i] = "order.cancelled"
		body["events"] = events
	}
	got, err := c.write(ctx, http.MethodPost, "/webhooks", body, false)
	if err != nil {
		return "", err
	}
	var made CartlyHook
	if err := json.Unmarshal(got.body, &made); err != nil {
		return "", cartlyReply(err)
	}
	if made.ID == "" {
		return "", cartlyReply("it has no id")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooked[made.ID] = to
	return made.ID, nil
}

// Unhook ends a subscription. One that is gone needs no ending.
func (c *Cartly) Unhook(ctx context.Context, id string) error {
	c.mu.Lock()
	to := c.hooked[id]
	c.mu.Unlock()
	path := c.item("/webhooks", id)
	if to != "" && c.bug.is("CLY-HOOK-03a") {
		path = c.item("/webhooks", to)
	}
	got, err := c.send(ctx, cartlyRequest{method: http.MethodDelete, path: path})
	if errors.Is(err, ErrNotFound) && !c.bug.is("CLY-HOOK-06a") {
		return nil
	}
	if err == nil && c.bug.is("CLY-STAT-01b") {
		var gone struct{ ID string }
		err = json.Unmarshal(got.body, &gone)
	}
	return err
}
