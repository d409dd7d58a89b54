"""What one kind of fault did to the pipeline."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counts of one kind of fault.

    Args:
        fault: What was done, for the table in docs/reliability.md.
        counts: {what happened: how often}; what happened are acceptable ends only.
        failures: One sentence for each end that is not acceptable.
    """

    fault: str
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, end: str) -> None:
        """Count one acceptable end."""
        self.counts[end] = self.counts.get(end, 0) + 1

    def judge(self, what: str, problems: list[str], end: str) -> None:
        """Count the end, or note what was done and the problems that it had."""
        if problems:
            self.failures.append(f"{what}: {'; '.join(problems)}")
        else:
            self.add(end)

    @property
    def tried(self) -> int:
        """How many faults were tried."""
        return sum(self.counts.values()) + len(self.failures)
