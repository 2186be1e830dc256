package io.opensergo.governance.routing;

import org.jspecify.annotations.Nullable;

/**
 * A text of a request that conditions are about.
 *
 * @param part where it is
 * @param name the name of the header, in lower case, or of the query parameter; else empty
 */
record Attribute(Part part, String name) {

    static final Attribute PATH = new Attribute(Part.PATH, "");
    static final Attribute METHOD = new Attribute(Part.METHOD, "");
    static final Attribute SCHEME = new Attribute(Part.SCHEME, "");
    static final Attribute AUTHORITY = new Attribute(Part.AUTHORITY, "");

    /** The parts of a request. */
    enum Part {
        PATH,
        METHOD,
        SCHEME,
        AUTHORITY,
        HEADER,
        QUERY
    }

    /**
     * Returns a header. The pseudo headers of HTTP/2, which a control plane may send where it has
     * no other form, are what they stand for.
     */
    static Attribute header(String name) {
        String lower = AsciiCase.lower(name);
        return switch (lower) {
            case ":method" -> METHOD;
            case ":scheme" -> SCHEME;
            case ":authority" -> AUTHORITY;
            default -> new Attribute(Part.HEADER, lower);
        };
    }

    static Attribute query(String name) {
        return new Attribute(Part.QUERY, name);
    }

    @Nullable String read(RequestView request) {
        return switch (part) {
            case PATH -> request.path();
            case METHOD -> request.method();
            case SCHEME -> request.scheme();
            case AUTHORITY -> request.authority();
            case HEADER -> request.header(name);
            case QUERY -> request.query(name);
        };
    }

    @Override
    public String toString() {
        return switch (part) {
            case PATH -> "uri";
            case METHOD -> "method";
            case SCHEME -> "scheme";
            case AUTHORITY -> "authority";
            case HEADER -> "header " + name;
            case QUERY -> "query " + name;
        };
    }
}
