package io.opensergo.governance.routing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of a {@code baggage} header as the W3C defines it. Immutable.
 *
 * <p>A member that breaks the grammar is left out, and so is what exceeds the limits of the header:
 * both are the sender's mistake, and no reason to fail a request. The other members are kept as
 * they are, properties included.
 *
 * @param members the members in order
 */
record Baggage(List<Member> members) {

    /** The name of the header. */
    static final String HEADER = "baggage";

    static final int MAX_MEMBERS = 180;
    static final int MAX_BYTES = 8192;

    /** What a token may have besides letters and digits. */
    private static final String OTHERS_OF_TOKENS = "!#$%&'*+-.^_`|~";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    Baggage {
        members = List.copyOf(members);
    }

    /**
     * A member.
     *
     * @param key its key
     * @param encoded its value as it is in the header, and its properties, each behind a semicolon
     */
    record Member(String key, String encoded) {

        static Member of(String key, String value) {
            return new Member(key, encode(value));
        }

        /** Returns the decoded value. */
        String value() {
            int end = encoded.indexOf(';');
            return decode(trim(end < 0 ? encoded : encoded.substring(0, end)));
        }

        /** The bytes it takes in a header, all of which are ASCII. */
        private int length() {
            return key.length() + 1 + encoded.length();
        }
    }

    /** Reads a header; one that is not there is empty. */
    static Baggage parse(@Nullable String header) {
        List<Member> members = new ArrayList<>();
        int position = 0;
        while (header != null && position < header.length() && members.size() < MAX_MEMBERS) {
            int comma = header.indexOf(',', position);
            int end = comma < 0 ? header.length() : comma;
            if (end > MAX_BYTES) {
                break;
            }
            Member member = member(header.substring(position, end));
            if (member != null) {
                members.add(member);
            }
            position = end + 1;
        }
        return new Baggage(members);
    }

    private static @Nullable Member member(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            return null;
        }
        String key = trim(text.substring(0, equals));
        String encoded = trim(text.substring(equals + 1));
        String[] parts = encoded.split(";", -1);
        boolean valid = isToken(key) && isValue(trim(parts[0]));
        for (int i = 1; i < parts.length; i++) {
            valid &= isProperty(parts[i]);
        }
        return valid ? new Member(key, encoded) : null;
    }

    private static boolean isProperty(String text) {
        int equals = text.indexOf('=');
        return equals < 0
                ? isToken(trim(text))
                : isToken(trim(text.substring(0, equals)))
                        && isValue(trim(text.substring(equals + 1)));
    }

    /** Returns the decoded value of a key, the last if there are several, or {@code null}. */
    @Nullable String get(String key) {
        for (int i = members.size() - 1; i >= 0; i--) {
            if (members.get(i).key().equals(key)) {
                return members.get(i).value();
            }
        }
        return null;
    }

    /**
     * Returns this baggage with a member of a key, in front, and no other of it. Members at the end
     * make room, should that be needed. A key that is no token, or a member that alone is too long,
     * cannot be carried: then it is left out.
     */
    Baggage with(String key, String value) {
        List<Member> changed = new ArrayList<>();
        int bytes = 0;
        Member added = Member.of(key, value);
        if (isToken(key) && added.length() <= MAX_BYTES) {
            changed.add(added);
            bytes = added.length();
        }
        for (Member member : members) {
            int more = member.length() + (changed.isEmpty() ? 0 : 1);
            boolean fits = bytes + more <= MAX_BYTES && changed.size() < MAX_MEMBERS;
            if (fits && !member.key().equals(key)) {
                changed.add(member);
                bytes += more;
            }
        }
        return new Baggage(changed);
    }

    /** Returns this baggage without the members of a key. */
    Baggage without(String key) {
        return new Baggage(members.stream().filter(each -> !each.key().equals(key)).toList());
    }

    /** Returns whether a text is a token of HTTP, and so can be the name of a header. */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Baggage::isTokenCharacter);
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || OTHERS_OF_TOKENS.indexOf(c) >= 0;
    }

    private static boolean isValue(String text) {
        return text.chars().allMatch(Baggage::isValueCharacter);
    }

    private static boolean isValueCharacter(int c) {
        return c > ' ' && c < 0x7F && "\",;\\".indexOf(c) < 0;
    }

    private static String encode(String value) {
        var encoded = new StringBuilder(value.length());
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            if (octet != '%' && isValueCharacter(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    /** Octets that are no UTF-8 become replacement characters; a stray percent sign stays. */
    private static String decode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        var octets = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            boolean escape =
                    encoded.charAt(i) == '%'
                            && i + 2 < encoded.length()
                            && HexFormat.isHexDigit(encoded.charAt(i + 1))
                            && HexFormat.isHexDigit(encoded.charAt(i + 2));
            if (escape) {
                octets.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
                i += 2;
            } else {
                octets.write(encoded.charAt(i));
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /** Takes away the blanks that the grammar allows around its parts. */
    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Returns the header. */
    @Override
    public String toString() {
        return members.stream()
                .map(member -> member.key() + '=' + member.encoded())
                .collect(Collectors.joining(","));
    }
}
