package cartly

import (
	"net/http"

	"github.com/cartdouble/cartdouble/fake"
)

// getMe answers GET /apps/api/me with the token's shop and app ("GET
// /apps/api/me"). Any token is good for it.
func (s *Server) getMe(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	token := tokenOf(c)
	body := append(appendKey([]byte{'{'}, "shop"), '{')
	body = appendText(body, "id", token.shop.shop.ID)
	body = append(appendText(body, "name", token.shop.shop.Name), '}')
	body = append(appendKey(body, "app"), '{')
	body = appendText(body, "name", token.app.app.Name)
	return jsonReply(http.StatusOK, append(body, '}', '}')), nil
}

// getShop answers GET /apps/api/shop, known from the vendor's other pages ("API
// Endpoints").
func (s *Server) getShop(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	body := shopOf(c).appendShop(appendKey([]byte{'{'}, "shop"))
	return jsonReply(http.StatusOK, append(body, '}')), nil
}

// appendShop adds the shop as an object.
func (t *ShopHandle) appendShop(dst []byte) []byte {
	dst = appendText(append(dst, '{'), "id", t.shop.ID)
	dst = appendText(dst, "name", t.shop.Name)
	dst = appendText(dst, "domain", t.shop.Domain)
	return append(appendText(dst, "currency", t.shop.Currency), '}')
}
