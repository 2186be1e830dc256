package io.opensergo.rulerepository;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two texts, line by line, as few lines as there can be.
 *
 * <p>Equal lines at both ends are set aside; of the rest the longest common subsequence is kept,
 * found in a table. Where the rest is too large for one, all of it counts as changed.
 */
final class UnifiedDiff {

    private static final int CONTEXT = 3;
    private static final long MAX_CELLS = 4_000_000;

    /**
     * A line of the merged text.
     *
     * @param sign {@code ' '} in both, {@code '-'} before only, {@code '+'} after only
     */
    private record Line(char sign, String text) {}

    private final List<Line> lines = new ArrayList<>();

    private UnifiedDiff(List<String> before, List<String> after) {
        int head = 0;
        while (head < before.size()
                && head < after.size()
                && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < before.size() - head
                && tail < after.size() - head
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        add(' ', before.subList(0, head));
        merge(before.subList(head, before.size() - tail), after.subList(head, after.size() - tail));
        add(' ', before.subList(before.size() - tail, before.size()));
    }

    /** Returns the hunks of the difference; empty if the texts have the same lines. */
    static String of(String before, String after) {
        return new UnifiedDiff(linesOf(before), linesOf(after)).hunks();
    }

    private static List<String> linesOf(String text) {
        return text.lines().toList();
    }

    private void add(char sign, List<String> texts) {
        texts.forEach(text -> lines.add(new Line(sign, text)));
    }

    private void merge(List<String> before, List<String> after) {
        if ((before.size() + 1L) * (after.size() + 1L) > MAX_CELLS) {
            add('-', before);
            add('+', after);
            return;
        }
        int[][] common = commonLengths(before, after);
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                lines.add(new Line(' ', before.get(i)));
                i++;
                j++;
            } else if (j == after.size()
                    || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line('-', before.get(i++)));
            } else {
                lines.add(new Line('+', after.get(j++)));
            }
        }
    }

    /** Returns for each pair of ends of the texts how many lines they have in common. */
    private static int[][] commonLengths(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] =
                        before.get(i).equals(after.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private String hunks() {
        var text = new StringBuilder();
        int oldLine = 1;
        int newLine = 1;
        int at = 0;
        while (at < lines.size()) {
            int change = nextChange(at);
            int from = change == lines.size() ? change : Math.max(at, change - CONTEXT);
            oldLine += from - at;
            newLine += from - at;
            at = from;
            if (at < lines.size()) {
                List<Line> hunk = lines.subList(at, hunkEnd(change));
                int oldCount = (int) hunk.stream().filter(line -> line.sign() != '+').count();
                int newCount = (int) hunk.stream().filter(line -> line.sign() != '-').count();
                text.append("@@ -").append(range(oldLine, oldCount));
                text.append(" +").append(range(newLine, newCount)).append(" @@\n");
                hunk.forEach(line -> text.append(line.sign()).append(line.text()).append('\n'));
                oldLine += oldCount;
                newLine += newCount;
                at += hunk.size();
            }
        }
        return text.toString();
    }

    private int nextChange(int from) {
        int at = from;
        while (at < lines.size() && lines.get(at).sign() == ' ') {
            at++;
        }
        return at;
    }

    /** A hunk goes on while the next change is so near that the lines in between are context. */
    private int hunkEnd(int change) {
        int end = change;
        while (end < lines.size()) {
            while (end < lines.size() && lines.get(end).sign() != ' ') {
                end++;
            }
            int same = end;
            int next = nextChange(end);
            if (next == lines.size() || next - same > 2 * CONTEXT) {
                return Math.min(lines.size(), same + CONTEXT);
            }
            end = next;
        }
        return end;
    }

    private static String range(int line, int count) {
        int first = count == 0 ? line - 1 : line;
        return count == 1 ? Integer.toString(first) : first + "," + count;
    }
}
