package io.opensergo.conformance.cases;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads single values of a case file. */
final class Scalars {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|min|h)");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%");

    private Scalars() {}

    static Duration duration(Located value) {
        Matcher matcher = DURATION.matcher(value.text());
        if (!matcher.matches()) {
            throw value.unreadable(
                    "must be a whole number of ms, s, min or h such as 250ms, was "
                            + value.describe());
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "min" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    static double ratio(Located value) {
        Matcher matcher = PERCENT.matcher(value.text());
        if (matcher.matches() && Integer.parseInt(matcher.group(1)) <= 100) {
            return Integer.parseInt(matcher.group(1)) / 100.0;
        }
        throw value.unreadable("must be from 0% to 100%, was " + value.describe());
    }

    static double number(Located value) {
        try {
            double number = Double.parseDouble(value.text());
            if (number >= 0 && number < Double.MAX_VALUE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, like a negative number
        }
        throw value.unreadable("must be a number >= 0, was " + value.describe());
    }

    static int positive(Located value) {
        int number = integer(value);
        if (number >= 1) {
            return number;
        }
        throw value.unreadable("must be >= 1, was " + value.describe());
    }

    static int integer(Located value) {
        try {
            return Integer.parseInt(value.text());
        } catch (NumberFormatException e) {
            throw value.unreadable("must be a whole number, was " + value.describe());
        }
    }

    static boolean flag(Located value) {
        return switch (value.text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw value.unreadable("must be true or false, was " + value.describe());
        };
    }

    static String filledText(Located value) {
        String text = value.text();
        if (text.isBlank()) {
            throw value.unreadable("must not be empty");
        }
        return text;
    }
}
