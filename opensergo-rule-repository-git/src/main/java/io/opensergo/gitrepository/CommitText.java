package io.opensergo.gitrepository;

import io.opensergo.rulerepository.RuleChange;
import java.time.Instant;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/** Authors and messages of changes, in the form of Git. */
final class CommitText {

    private static final Pattern AUTHOR = Pattern.compile("([^<>]+?)\\s*<([^<>]*)>");

    private static final Pattern ORIGIN =
            Pattern.compile("(?s)(.*?)\n+OpenSergo-Origin: ([^\n]*)\\s*");

    private CommitText() {}

    static PersonIdent author(RuleChange change, Instant time) {
        Matcher author = AUTHOR.matcher(change.author());
        boolean hasAddress = author.matches();
        return new PersonIdent(
                hasAddress ? author.group(1) : change.author(),
                hasAddress ? author.group(2) : "",
                time,
                ZoneId.systemDefault());
    }

    static String author(PersonIdent author) {
        String address = author.getEmailAddress();
        return address.isEmpty() ? author.getName() : author.getName() + " <" + address + ">";
    }

    static String message(RuleChange change) {
        String origin = change.origin();
        return change.message() + (origin == null ? "" : "\n\nOpenSergo-Origin: " + origin) + "\n";
    }

    static String message(RevCommit commit) {
        String full = commit.getFullMessage();
        Matcher origin = ORIGIN.matcher(full);
        String message = (origin.matches() ? origin.group(1) : full).strip();
        return message.isEmpty() ? "(no message)" : message;
    }

    static @Nullable String origin(RevCommit commit) {
        Matcher origin = ORIGIN.matcher(commit.getFullMessage());
        return origin.matches() ? origin.group(2) : null;
    }
}
