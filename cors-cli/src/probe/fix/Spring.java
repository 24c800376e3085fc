// Instead of `@CrossOrigin` and other CORS settings; with Spring Security, `http.cors(withDefaults())` uses it:
@Bean
CorsFilter corsFilter() {
    var cors = new CorsConfiguration();
    cors.setAllowedOrigins(List.of("{origin}"));
    cors.setAllowedMethods(List.of({quoted_methods}));
[headers]     cors.setAllowedHeaders(List.of({quoted_headers}));
[expose]     cors.setExposedHeaders(List.of({quoted_expose}));
[credentials]     cors.setAllowCredentials(true);
    var source = new UrlBasedCorsConfigurationSource();
    source.registerCorsConfiguration("/**", cors);
    return new CorsFilter(source) {
        // Spring 4 sends this only to allowed origins.
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            response.addHeader("Vary", "Origin");
            super.doFilterInternal(request, response, chain);
        }
    };
}
