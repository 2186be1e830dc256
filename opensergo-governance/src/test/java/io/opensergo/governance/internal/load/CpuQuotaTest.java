package io.opensergo.governance.internal.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuQuotaTest {

    private static final long SECOND = 1_000_000_000L;

    @TempDir Path root;

    @Test
    void isUnlimitedWithoutControlGroups() {
        assertThat(quota().isLimited()).isFalse();
        assertThat(quota().atMost(8)).isEqualTo(8);
        assertThat(quota().usedNanos()).isNegative();
    }

    @Test
    void ofVersion2MayBeAFractionOfAProcessor() throws IOException {
        write("proc/self/cgroup", "0::/");
        write("sys/fs/cgroup/cpu.max", "50000 100000");
        write("sys/fs/cgroup/cpu.stat", "usage_usec 1234\nuser_usec 1000\n");

        assertThat(quota().atMost(8)).isEqualTo(0.5);
        assertThat(quota().usedNanos()).isEqualTo(1_234_000);
    }

    @Test
    void leavesTheProcessorsIfThereAreFewer() throws IOException {
        write("proc/self/cgroup", "0::/");
        write("sys/fs/cgroup/cpu.max", "400000 100000");

        assertThat(quota().atMost(2)).isEqualTo(2);
    }

    @Test
    void isUnlimitedIfVersion2SaysMax() throws IOException {
        write("proc/self/cgroup", "0::/");
        write("sys/fs/cgroup/cpu.max", "max 100000");

        assertThat(quota().isLimited()).isFalse();
    }

    @Test
    void isTheSmallestOnTheWayToTheRoot() throws IOException {
        write("proc/self/cgroup", "0::/kubepods/pod1/app");
        write("sys/fs/cgroup/kubepods/cpu.max", "800000 100000");
        write("sys/fs/cgroup/kubepods/pod1/cpu.max", "150000 100000");
        write("sys/fs/cgroup/kubepods/pod1/cpu.stat", "usage_usec 7\n");
        write("sys/fs/cgroup/kubepods/pod1/app/cpu.max", "max 100000");

        assertThat(quota().atMost(8)).isEqualTo(1.5);
        assertThat(quota().usedNanos()).isEqualTo(7_000);
    }

    @Test
    void isOfTheRootIfThePathIsOneOfTheHost() throws IOException {
        write("proc/self/cgroup", "4:memory:/docker/1\n3:cpu,cpuacct:/docker/1");
        write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "25000");
        write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "50000");
        write("sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "99");

        assertThat(quota().atMost(8)).isEqualTo(0.5);
        assertThat(quota().usedNanos()).isEqualTo(99);
    }

    @Test
    void ofVersion1MayBeMountedForItself() throws IOException {
        write("proc/self/cgroup", "2:cpuacct:/a\n1:cpu:/a\n0::/");
        write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "300000");
        write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000");
        write("sys/fs/cgroup/cpuacct/a/cpuacct.usage", "5");

        assertThat(quota().atMost(8)).isEqualTo(3);
        assertThat(quota().usedNanos()).isEqualTo(5);
    }

    @Test
    void isUnlimitedIfVersion1SaysMinusOne() throws IOException {
        write("proc/self/cgroup", "1:cpu:/");
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
        write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");

        assertThat(quota().isLimited()).isFalse();
    }

    @Test
    void followsEdits() throws IOException {
        write("proc/self/cgroup", "0::/");
        write("sys/fs/cgroup/cpu.max", "max 100000");
        CpuQuota quota = quota();

        write("sys/fs/cgroup/cpu.max", "200000 100000");
        quota.refresh(6 * SECOND);

        assertThat(quota.atMost(8)).isEqualTo(2);
    }

    @Test
    void takesWhatItCannotReadForNoLimit() throws IOException {
        write("proc/self/cgroup", "nonsense\n0::/");
        write("sys/fs/cgroup/cpu.max", "many many");

        assertThat(quota().isLimited()).isFalse();
    }

    private CpuQuota quota() {
        return new CpuQuota(root);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
