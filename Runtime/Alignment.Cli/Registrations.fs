namespace Alignment.Cli

open Alignment
open Alignment.CommandLine

/// What the tool has and a script has not: the executors and solvers with large natives.
module Registrations =
    /// Makes them known; once is enough, twice does no harm.
    let add () =
        Solvers.Register(Seq.cast<ISolver> ExactSolver.All)
        Executors.Register("torch", fun device -> TorchExecutor.On device)
