-- none, where the transaction is another one than the step began
select set_config('es.step', '', true) where current_setting('es.step', true) = 'open'
