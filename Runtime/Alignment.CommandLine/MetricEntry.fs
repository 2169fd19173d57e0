namespace Alignment.CommandLine

/// One metric: what its key stands for, and nothing more than its formula says.
type MetricEntry = {
    Key: string
    Formula: string
    Estimator: string
    Unit: string
    /// What is good.
    Better: string
}
