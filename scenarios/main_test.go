package scenarios_test

import (
	"os"
	"testing"

	"github.com/cartdouble/cartdouble/golden"
)

func TestMain(m *testing.M) { os.Exit(golden.Main(m)) }
