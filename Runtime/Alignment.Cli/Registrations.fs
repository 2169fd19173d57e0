namespace Alignment.Cli

open Alignment
open Alignment.CommandLine
open Alignment.Compiler
open Alignment.Torch

/// What the tool has and a script has not: the executors and solvers with large natives.
module Registrations =
    /// Whether LibTorch and a device are there shows when a program is prepared; that they are not is the input's fault.
    let private refusing (executor: IExecutor) = {
        new IExecutor with
            member _.Name = executor.Name
            member _.Device = executor.Device

            member _.Prepare(program, options) =
                try
                    executor.Prepare(program, options)
                with :? TorchUnavailableException as e ->
                    Faults.refuse e.Message
    }

    /// Makes them known; once is enough, twice does no harm.
    let add () =
        Solvers.Register(Seq.cast<ISolver> ExactSolver.All)
        Executors.Register("torch", fun device -> refusing (TorchExecutor.On device))
