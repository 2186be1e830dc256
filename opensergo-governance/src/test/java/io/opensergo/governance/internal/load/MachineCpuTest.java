package io.opensergo.governance.internal.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineCpuTest {

    @TempDir Path root;

    @Test
    void tellsWhatIsBusySinceTheLastTime() throws IOException {
        allowed("0-1");
        statistics("cpu0 10 0 10 100 0 0 0 0 5 0", "cpu1 0 0 0 0 0 0 0 0 0 0");
        MachineCpu cpu = new MachineCpu(root);
        assertThat(cpu.sinceLast(1)).isNegative();

        statistics("cpu0 20 1 15 110 4 0 0 0 9 0", "cpu1 20 0 0 0 0 5 5 0 9 0");

        // 16 of 30 ticks of the first and all 30 of the second; waiting for a disk is idle
        assertThat(cpu.sinceLast(1)).isEqualTo(46.0 / 60);
    }

    @Test
    void looksOnlyAtTheProcessorsThatTheProcessMayRunOn() throws IOException {
        allowed("1,3-4");
        statistics("cpu0 0 0 0 0", "cpu1 0 0 0 0", "cpu2 0 0 0 0", "cpu3 0 0 0 0");
        MachineCpu cpu = new MachineCpu(root);
        cpu.sinceLast(1);

        statistics("cpu0 9 0 0 0", "cpu1 5 0 0 5", "cpu2 9 0 0 0", "cpu3 0 0 0 10");

        assertThat(cpu.sinceLast(1)).isEqualTo(0.25);
    }

    @Test
    void takesAllOfThemIfNothingSaysWhichAreAllowed() throws IOException {
        write("proc/self/status", "Name:\tjava\n");
        statistics("cpu0 0 0 0 0", "cpu1 0 0 0 0");
        MachineCpu cpu = new MachineCpu(root);
        cpu.sinceLast(1);

        statistics("cpu0 10 0 0 0", "cpu1 0 0 0 10");

        assertThat(cpu.sinceLast(1)).isEqualTo(0.5);
    }

    @Test
    void knowsNothingWhileItCannotReadAndBeginsAnewThen() throws IOException {
        allowed("0");
        statistics("cpu0 10 0 0 0");
        MachineCpu cpu = new MachineCpu(root);
        cpu.sinceLast(1);

        statistics("cpu0 none");
        assertThat(cpu.sinceLast(1)).isNegative();
        statistics("cpu0 20 0 0 0");
        assertThat(cpu.sinceLast(1)).isNegative();
        statistics("cpu0 30 0 0 10");
        assertThat(cpu.sinceLast(1)).isEqualTo(0.5);
    }

    private void allowed(String list) throws IOException {
        write("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t" + list + "\n");
    }

    private void statistics(String... lines) throws IOException {
        write("proc/stat", "cpu  1 2 3 4\n" + String.join("\n", lines) + "\nintr 12345 0 1\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
