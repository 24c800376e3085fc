// Before every route, instead of any other `cors(…)`; with `const cors = require('cors')`:
app.use(cors({
  origin: ['{origin}'],
  methods: [{quoted_methods}],
[headers]   allowedHeaders: [{quoted_headers}],
[expose]   exposedHeaders: [{quoted_expose}],
[credentials]   credentials: true,
}))
